// CSV and TSV: a document per row, with the names of the first row.
import { DocumentError } from '../../../errors.js';
import type { Document } from '../../../types/document.js';
import type { Failure } from '../../../types/failure.js';
import { decode } from '../../decode.js';
import { csvRows, guessDelimiter } from '../../records/csv-rows.js';
import { RecordReader } from '../../records/records.js';
import { type Extraction, type FormatInput, gather } from '../format.js';

/**
 * Each row repeats the names of the columns, so all rows may hold much more text than the file: a table of answers to
 * long questions holds about 80 times as much. Max characters of all rows, per character of the file, and in any case.
 */
const maxRepeated = 128;
const alwaysAllowed = 16_000_000;

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = decode(bytes);
  return gather(records(text, /\.(tsv|tab)$/i.test(source) ? '\t' : guessDelimiter(text), source));
}

function* records(text: string, delimiter: string, source: string): Generator<Document | Failure> {
  const reader = new RecordReader(source, 'csv');
  let names: string[] | undefined;
  let number = 0;
  let left = Math.max(maxRepeated * text.length, alwaysAllowed);
  for (const { fields, line, isBroken } of csvRows(text, delimiter)) {
    if (isBroken) {
      yield reader.failure('malformed', line);
    } else if (!names) {
      names = columnNames(fields);
    } else {
      const known = names;
      const named = fields.map((value, i) => [known[i] ?? `column ${i + 1}`, value] as const);
      const row = reader.read(Object.fromEntries(named), line, ++number);
      if ('text' in row) left -= row.text.length;
      if (left < 0) {
        throw new DocumentError('too-large', `${source} repeats long names of columns in very many rows.`);
      }
      yield row;
    }
  }
}

/** Every column gets a name of its own. */
function columnNames(header: string[]): string[] {
  const names: string[] = [];
  const seen = new Set<string>();
  for (const [i, field] of header.entries()) {
    const name = field.trim() || `column ${i + 1}`;
    names.push(seen.has(name) ? `${name} (${i + 1})` : name);
    seen.add(name);
  }
  return names;
}
