// The header of a page: sizes and counts that the library believes. Read before it, by the description of parquet.thrift.
import { broken, PackedNumbers } from './packed-numbers.js';

export interface PageHeader {
  kind: 'dictionary' | 'data';
  /** Bytes of the header. */
  length: number;
  /** Bytes of the page behind it, and after unpacking. */
  packed: number;
  unpacked: number;
  values: number;
  rows: number;
  encoding: 'plain' | 'dictionary';
  /** Bytes of the levels at the start of the page. */
  repetitions: number;
  definitions: number;
}

type Fields = Map<number, number | Fields>;

const dictionaryPage = 2;
const dataPageV2 = 3;
const encodings: Readonly<Record<number, PageHeader['encoding']>> = { 0: 'plain', 8: 'dictionary' };

// Types of Thrift.
const yes = 1;
const no = 2;
const integer = 5;
const structure = 12;

/** @throws {RangeError} when our writer writes no such header */
export function readPageHeader(bytes: Uint8Array, at: number): PageHeader {
  const reader = new PackedNumbers(bytes, at);
  const fields = readFields(reader, 2);
  const kind = fields.get(1) === dictionaryPage ? 'dictionary' : 'data';
  const own = fields.get(kind === 'dictionary' ? 7 : 8);
  if (!(own instanceof Map) || (kind === 'data' && fields.get(1) !== dataPageV2)) throw broken();
  const [encoding, values] = [numberIn(own, kind === 'data' ? 4 : 2), numberIn(own, 1)];
  const header: PageHeader = {
    kind,
    length: reader.at - at,
    packed: numberIn(fields, 3),
    unpacked: numberIn(fields, 2),
    values,
    rows: kind === 'data' ? numberIn(own, 3) : 0,
    encoding: encodings[encoding] ?? 'plain',
    repetitions: kind === 'data' ? numberIn(own, 6) : 0,
    definitions: kind === 'data' ? numberIn(own, 5) : 0,
  };
  const hasGaps = kind === 'data' && (numberIn(own, 2) !== 0 || own.has(7));
  const levels = header.repetitions + header.definitions;
  const isPlain = kind === 'data' || encoding === 0;
  if (hasGaps || !(encoding in encodings) || !isPlain || levels > Math.min(header.packed, header.unpacked)) {
    throw broken();
  }
  return header;
}

function readFields(reader: PackedNumbers, levels: number): Fields {
  const fields: Fields = new Map();
  for (let field = 0; ; ) {
    const head = reader.byte();
    const type = head & 15;
    if (type === 0) return fields;
    // Numbers of fields are written as distances, and only go up.
    if (head < 16) throw broken();
    field += head >> 4;
    if (type === integer) fields.set(field, reader.signed());
    else if (type === yes || type === no) fields.set(field, 2 - type);
    else if (type === structure && levels > 1) fields.set(field, readFields(reader, levels - 1));
    else throw broken();
  }
}

function numberIn(fields: Fields, field: number): number {
  const value = fields.get(field);
  if (typeof value !== 'number' || value < 0) throw broken();
  return value;
}
