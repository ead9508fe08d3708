// CSV → rows, with the line that each starts on. It reads all kinds of files: any line break, quotes inside a field, rows
// of any length, a quote that is never closed.
import { DocumentError } from '../../errors.js';

export interface CsvRow {
  fields: string[];
  /** 1-based line on which the row starts. */
  line: number;
  /** True when a quote is never closed: the fields are a guess. */
  isBroken: boolean;
}

const blank = 32;
const newline = 10;
const carriageReturn = 13;

/** Columns of a table at most, as in a spreadsheet. */
const maxColumns = 16_384;

/** How a file marks fields and what is in them. */
export interface CsvDialect {
  /** One character; '' for a single column. */
  delimiter: string;
  /** A double quote, or a single one. @default '"' */
  quote?: string;
  /** Whether a backslash stands before a quote within a field, as MySQL writes it; else quotes are doubled. */
  escapes?: boolean;
}

/**
 * @param skip characters of a first line that is no row
 * @throws {DocumentError} `too-large` for a row of more than 16,384 fields
 */
export function* csvRows(text: string, dialect: CsvDialect, skip = 0): Generator<CsvRow> {
  const separator = dialect.delimiter.charCodeAt(0);
  const { quote = '"', escapes = false } = dialect;
  const quoteCode = quote.charCodeAt(0);
  let line = skip > 0 ? 2 : 1;
  let at = skip;
  while (at < text.length) {
    const row: CsvRow = { fields: [], line, isBroken: false };
    let inRow = true;
    while (inRow) {
      let field = '';
      const open = quoteAt(text, at, quoteCode);
      if (open !== -1) {
        const end = closingQuote(text, open + 1, quote, escapes);
        if (end === -1) {
          // Happens at most once: all later quotes are doubled.
          row.isBroken = true;
        } else {
          field = text.slice(open + 1, end);
          for (let i = field.indexOf('\n'); i !== -1; i = field.indexOf('\n', i + 1)) line++;
          if (field.includes(quote)) field = field.replaceAll(quote + quote, quote);
          if (escapes && field.includes('\\')) field = field.replace(/\\([\\"'])/g, '$1');
          at = end + 1;
        }
      }
      // A field without quotes, or text after a closing quote.
      const start = at;
      let code = text.charCodeAt(at);
      while (at < text.length && code !== separator && code !== newline && code !== carriageReturn) {
        code = text.charCodeAt(++at);
      }
      const rest = at > start ? text.slice(start, at) : '';
      // Blanks between a closing quote and the separator are no part of the field.
      if (open === -1 || row.isBroken || rest.trim() !== '') field += rest;
      row.fields.push(field);
      if (row.fields.length > maxColumns) throw tooWide(line);
      inRow = at < text.length && text.charCodeAt(at) === separator;
      if (inRow) at++;
    }
    if (text.charCodeAt(at) === carriageReturn) at++;
    if (text.charCodeAt(at) === newline) at++;
    line++;
    if (row.fields.length > 1 || row.fields[0] !== '') yield row;
  }
}

/** Max blanks before a quote. */
const maxBlanks = 3;

/** Where a field opens with a quote, also behind blanks after a separator; -1 if it doesn't. */
function quoteAt(text: string, from: number, code: number): number {
  let at = from;
  while (at - from < maxBlanks && text.charCodeAt(at) === blank) at++;
  return text.charCodeAt(at) === code ? at : -1;
}

function tooWide(line: number): DocumentError {
  return new DocumentError('too-large', `Line ${line} has more than ${maxColumns} fields.`);
}

const delimiters = [',', ';', '\t', '|'];
/** Lines that are looked at, in so many characters. */
const seenLines = 50;
const seenLength = 20_000;
/** Lines above a table that may be titles. */
const maxTitles = 5;
/** Share of the lines that must have as many of the separator. */
const minShare = 0.6;

/** @param delimiter when it is known */
export function guessDialect(text: string, delimiter?: string): CsvDialect {
  const quote = startsWithSingleQuotes(text) ? "'" : '"';
  const found = delimiter ?? guessDelimiter(withoutTopComments(text), quote);
  return { delimiter: found, quote, escapes: hasEscapes(text.slice(0, seenLength), quote, found) };
}

/** Comments of the program that wrote the table (`# exported by …`) have no separators, or others. */
function withoutTopComments(text: string): string {
  const comments = /^(?:#[^\r\n]{0,1000}(?:\r\n|[\r\n])){1,20}/.exec(text)?.[0] ?? '';
  return comments.length < text.trimEnd().length ? text.slice(comments.length) : text;
}

/** Whether all names in the first line are in single quotes. */
function startsWithSingleQuotes(text: string): boolean {
  const eol = text.search(/[\r\n]/);
  const first = text.slice(0, Math.min(eol === -1 ? text.length : eol, seenLength));
  return /^'[^',;\t|]*'(?:[,;\t|] ?'[^',;\t|]*')+$/.test(first);
}

/** Whether a quote stands behind a backslash, and yet within its field: a path that ends in one has the separator after it. */
function hasEscapes(text: string, quote: string, delimiter: string): boolean {
  for (let at = text.indexOf(`\\${quote}`); at !== -1; at = text.indexOf(`\\${quote}`, at + 2)) {
    const next = text[at + 2] ?? '\n';
    if (next !== delimiter && next !== quote && next !== '\n' && next !== '\r') return true;
  }
  return false;
}

/**
 * The separator of which most lines have as many: comma, semicolon, tab or bar; else the one that the first line uses
 * most. '' when there is none, as with a single column of sentences.
 */
function guessDelimiter(text: string, quote: string): string {
  const lines = delimiterCounts(text, quote);
  let best = '';
  let most = 0;
  for (const [i, delimiter] of delimiters.entries()) {
    const all = lines.map((line) => line[i]!);
    const usual = mode(all.filter((count) => count > 0));
    // Titles above a table have no separators.
    const titles = Math.max(0, Math.min(all.indexOf(usual), maxTitles));
    const counts = titles > 0 ? all.slice(titles) : all;
    const alike = counts.filter((count) => count === usual).length;
    const isTable = usual > 0 && alike >= minShare * counts.length && (counts === all || counts.length > 1);
    const value = isTable ? alike / all.length + Math.min(usual, 1000) / 10_000 : 0;
    if (value > most) [best, most] = [delimiter, value];
  }
  if (best !== '') return isOneColumn(text, best) ? '' : best;
  const first = lines[0] ?? [];
  const highest = Math.max(0, ...first);
  return highest > 0 ? delimiters[first.indexOf(highest)]! : '';
}

/** Whether below a name of one word, each line is a sentence: a blank stands behind each of its commas. */
function isOneColumn(text: string, delimiter: string): boolean {
  const [name, ...lines] = text.slice(0, seenLength).split(/\r\n|[\r\n]/);
  if (delimiter === '\t' || delimiter === '|' || !/^[\p{L}_][\p{L}\p{N}_-]{0,40}$/u.test(name!)) return false;
  if (text.length > seenLength) lines.pop();
  if (lines[0]?.trim() === '') return false;
  return lines.every((line) => {
    const parts = line.split(delimiter);
    return parts.slice(1).every((part) => /^ \S/.test(part) && !/^ [-+\d.]+$/.test(part));
  });
}

/** How often each separator is in each of the first lines, outside of quotes. */
function delimiterCounts(text: string, quote: string): number[][] {
  const lines: number[][] = [];
  let counts = delimiters.map(() => 0);
  let quoted = false;
  let isBlank = true;
  for (const char of text.slice(0, seenLength)) {
    if (char === quote) quoted = !quoted;
    else if (!quoted && char === '\n') {
      if (!isBlank && lines.push(counts) === seenLines) return lines;
      counts = delimiters.map(() => 0);
      isBlank = true;
      continue;
    }
    const index = quoted ? -1 : delimiters.indexOf(char);
    if (index >= 0) counts[index]!++;
    if (char > ' ') isBlank = false;
  }
  if (!isBlank && (text.length <= seenLength || lines.length === 0)) lines.push(counts);
  return lines;
}

function mode(counts: readonly number[]): number {
  const times = new Map<number, number>();
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1);
  let best = 0;
  for (const [count, often] of times) if (often > (times.get(best) ?? 0)) best = count;
  return best;
}

/** Index of the next quote that isn't doubled, or behind a backslash that counts; -1 for none. */
function closingQuote(text: string, start: number, quote: string, escapes: boolean): number {
  let at = text.indexOf(quote, start);
  while (at !== -1) {
    if (escapes && isEscaped(text, at, start)) at = text.indexOf(quote, at + 1);
    else if (text[at + 1] === quote) at = text.indexOf(quote, at + 2);
    else break;
  }
  return at;
}

/** Whether an odd number of backslashes stands before `at`. */
function isEscaped(text: string, at: number, start: number): boolean {
  let first = at;
  while (first > start && text[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}
