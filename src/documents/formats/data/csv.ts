// CSV and TSV: a document per row, with the names of the columns. A title above the table is a document of its own.
import { DocumentError } from '../../../errors.js';
import type { Document } from '../../../types/document.js';
import type { Failure } from '../../../types/failure.js';
import { decode } from '../../encodings/detect-encoding.js';
import { filled, findHead, headRows } from '../../records/csv-header.js';
import { type CsvRow, csvRows, guessDialect } from '../../records/csv-rows.js';
import { RecordReader } from '../../records/records.js';
import { type Extraction, type FormatInput, gather } from '../format.js';

/**
 * Each row repeats the names of the columns, so all rows may hold much more text than the file: a table of answers to
 * long questions holds about 80 times as much. Max characters of all rows, per character of the file, and in any case.
 */
const maxRepeated = 128;
const alwaysAllowed = 16_000_000;

/** What Excel writes above a table to name its separator. */
const separatorLine = /^sep=(.)\r?(?:\n|$)/i;

export function extract({ bytes, source }: FormatInput): Extraction {
  const text = decode(bytes);
  const named = separatorLine.exec(text);
  const isTabbed = /\.(tsv|tab)$/i.test(source);
  const dialect = guessDialect(text, named?.[1] ?? (isTabbed ? '\t' : undefined));
  return gather(records(text, csvRows(text, dialect, named?.[0].length), source));
}

function* records(text: string, rows: Iterable<CsvRow>, source: string): Generator<Document | Failure> {
  const reader = new RecordReader(source, 'csv');
  let names: string[] | undefined;
  let number = 0;
  let left = Math.max(maxRepeated * text.length, alwaysAllowed);
  const waiting: CsvRow[] = [];
  function* read(row: CsvRow): Generator<Document | Failure> {
    const known = names ?? [];
    const named = row.fields.map(
      (value, i) => [known[i] ?? `column ${i + 1}`, withoutFormula(value)] as const,
    );
    const record = reader.read(Object.fromEntries(named), row.line, ++number);
    if ('text' in record) left -= record.text.length;
    if (left < 0) {
      throw new DocumentError('too-large', `${source} repeats long names of columns in very many rows.`);
    }
    yield record;
  }
  function* begin(): Generator<Document | Failure> {
    const { above, hasNames } = findHead(waiting);
    const title = waiting.slice(0, above).flatMap(filled).join('\n');
    if (title !== '') yield reader.read({ id: 'title', text: title }, waiting[0]!.line, 0);
    names = hasNames ? columnNames(waiting[above]?.fields ?? []) : [];
    for (const row of waiting.slice(hasNames ? above + 1 : above)) yield* read(row);
  }
  for (const row of rows) {
    if (row.isBroken) yield reader.failure('malformed', row.line);
    else if (names) yield* read(row);
    else if (waiting.push(row) === headRows) yield* begin();
  }
  if (!names) yield* begin();
}

/** Excel keeps the zeros of a number that is written as a formula: `="0012"`. */
function withoutFormula(value: string): string {
  return value.startsWith('="') ? value.replace(/^="([^"]*)"$/, '$1') : value;
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
