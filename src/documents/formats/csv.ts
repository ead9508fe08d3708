// CSV and TSV: a document per row, with the names of the first row.
import type { Document, Failure } from '../../types.js';
import { decode } from '../decode.js';
import { type Extraction, type FormatInput, gather } from '../format.js';
import { csvRows, guessDelimiter } from '../records/csv-rows.js';
import { RecordReader } from '../records/records.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = decode(bytes);
  return gather(records(text, /\.(tsv|tab)$/i.test(source) ? '\t' : guessDelimiter(text), source));
}

function* records(text: string, delimiter: string, source: string): Generator<Document | Failure> {
  const reader = new RecordReader(source, 'csv');
  let names: string[] | undefined;
  let number = 0;
  for (const { fields, line, isBroken } of csvRows(text, delimiter)) {
    if (isBroken) {
      yield reader.failure('malformed', line);
    } else if (!names) {
      names = columnNames(fields);
    } else {
      const known = names;
      const named = fields.map((value, i) => [known[i] ?? `column ${i + 1}`, value] as const);
      yield reader.read(Object.fromEntries(named), line, ++number);
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
