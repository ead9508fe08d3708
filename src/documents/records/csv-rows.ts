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
 * @param delimiter one character
 * @throws {DocumentError} `too-large` for a row of more than 16,384 fields
 */
export function* csvRows(text: string, delimiter: string): Generator<CsvRow> {
  const separator = delimiter.charCodeAt(0);
  let line = 1;
  let at = 0;
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

/** The separator that the first line uses most: comma, semicolon, tab or bar. */
export function guessDelimiter(text: string): string {
  const counts = new Map([',', ';', '\t', '|'].map((delimiter) => [delimiter, 0]));
  let quoted = false;
  for (const char of text.slice(0, 10_000)) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && char === '\n') break;
    else if (!quoted && counts.has(char)) counts.set(char, counts.get(char)! + 1);
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

/** Index of the next quote that isn't doubled; -1 for none. */
function closingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start);
  while (at !== -1 && text.charCodeAt(at + 1) === quote) at = text.indexOf('"', at + 2);
  return at;
}
