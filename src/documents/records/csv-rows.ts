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

const quote = 34;
const newline = 10;
const carriageReturn = 13;

/** Columns of a table at most, as in a spreadsheet. */
const maxColumns = 16_384;

/**
 * @param delimiter one character; '' for a single column
 * @param skip characters of a first line that is no row
 * @throws {DocumentError} `too-large` for a row of more than 16,384 fields
 */
export function* csvRows(text: string, delimiter: string, skip = 0): Generator<CsvRow> {
  const separator = delimiter.charCodeAt(0);
  let line = skip > 0 ? 2 : 1;
  let at = skip;
  while (at < text.length) {
    const row: CsvRow = { fields: [], line, isBroken: false };
    let inRow = true;
    while (inRow) {
      let field = '';
      if (text.charCodeAt(at) === quote) {
        const end = closingQuote(text, at + 1);
        if (end === -1) {
          // Happens at most once: all later quotes are doubled.
          row.isBroken = true;
        } else {
          field = text.slice(at + 1, end);
          for (let i = field.indexOf('\n'); i !== -1; i = field.indexOf('\n', i + 1)) line++;
          if (field.includes('"')) field = field.replaceAll('""', '"');
          at = end + 1;
        }
      }
      // A field without quotes, or text after a closing quote.
      const start = at;
      let code = text.charCodeAt(at);
      while (at < text.length && code !== separator && code !== newline && code !== carriageReturn) {
        code = text.charCodeAt(++at);
      }
      if (at > start) field += text.slice(start, at);
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

function tooWide(line: number): DocumentError {
  return new DocumentError('too-large', `Line ${line} has more than ${maxColumns} fields.`);
}

const delimiters = [',', ';', '\t', '|'];
/** Lines that are looked at, in so many characters. */
const seenLines = 50;
const seenLength = 20_000;
/** Share of the lines that must have as many of the separator. */
const minShare = 0.6;

/**
 * The separator of which most lines have as many: comma, semicolon, tab or bar; else the one that the first line uses
 * most. '' when there is none, as with a single column of sentences.
 */
export function guessDelimiter(text: string): string {
  const lines = delimiterCounts(text);
  let best = '';
  let most = 0;
  for (const [i, delimiter] of delimiters.entries()) {
    const counts = lines.map((line) => line[i]!);
    const usual = mode(counts);
    const share = counts.filter((count) => count === usual).length / counts.length;
    const value = usual > 0 && share >= minShare ? share + Math.min(usual, 1000) / 10_000 : 0;
    if (value > most) [best, most] = [delimiter, value];
  }
  if (best !== '') return best;
  const first = lines[0] ?? [];
  const highest = Math.max(0, ...first);
  return highest > 0 ? delimiters[first.indexOf(highest)]! : '';
}

/** How often each separator is in each of the first lines, outside of quotes. */
function delimiterCounts(text: string): number[][] {
  const lines: number[][] = [];
  let counts = delimiters.map(() => 0);
  let quoted = false;
  let isBlank = true;
  for (const char of text.slice(0, seenLength)) {
    if (char === '"') quoted = !quoted;
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

/** Index of the next quote that isn't doubled; -1 for none. */
function closingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start);
  while (at !== -1 && text.charCodeAt(at + 1) === quote) at = text.indexOf('"', at + 2);
  return at;
}
