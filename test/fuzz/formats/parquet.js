// Parquet files whose pages lie: a column of a real file is replaced by crafted pages, and its metadata say what the rest needs.
import { parquetMetadata } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';

/** A number of seven bits a byte. */
export function varint(value) {
  const bytes = [];
  for (let left = BigInt(value); ; left >>= 7n) {
    bytes.push(Number(left & 127n) | (left > 127n ? 128 : 0));
    if (left <= 127n) return Buffer.from(bytes);
  }
}

const signed = (value) => varint(value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value));

/** A structure of Thrift: numbers, structures (objects), or bytes as they are, by the number of the field. */
export function struct(fields) {
  const parts = [];
  let last = 0;
  for (const [field, value] of Object.entries(fields)) {
    const kind = Buffer.isBuffer(value) ? value[0] : typeof value === 'object' ? 12 : 5;
    parts.push(Buffer.from([((Number(field) - last) << 4) | kind]));
    last = Number(field);
    if (Buffer.isBuffer(value)) parts.push(value.subarray(1));
    else parts.push(kind === 12 ? struct(value) : signed(value));
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** A page of version 2. @param levels bytes of repetitions and definitions @param changes of the header */
export function page({ values, rows = values, encoding = 0, levels = [], body, unpacked, changes = {} }) {
  const [repetitions = Buffer.alloc(0), definitions = Buffer.alloc(0)] = levels;
  const all = Buffer.concat([repetitions, definitions, body]);
  const size = repetitions.length + definitions.length + (unpacked ?? body.length);
  const own = { 1: values, 2: 0, 3: rows, 4: encoding, 5: definitions.length, 6: repetitions.length };
  return Buffer.concat([struct({ 1: 3, 2: size, 3: all.length, 8: own, ...changes }), all]);
}

export function dictionaryPage({ values, body, unpacked = body.length }) {
  return Buffer.concat([struct({ 1: 2, 2: unpacked, 3: body.length, 7: { 1: values, 2: 0 } }), body]);
}

/** Bytes as Snappy packs them when nothing repeats: up to 60. */
export function literal(bytes) {
  return Buffer.concat([varint(bytes.length), Buffer.from([(bytes.length - 1) << 2]), bytes]);
}

/** `length` times `byte`, as Snappy packs it: 3 bytes for 64. */
export function repeated(byte, length) {
  const copies = Buffer.alloc(3 * Math.ceil((length - 1) / 64), Buffer.from([0xfe, 1, 0]));
  const last = (length - 1) % 64;
  if (last > 0) copies[copies.length - 3] = ((last - 1) << 2) | 2;
  return Buffer.concat([varint(length), Buffer.from([0, byte]), copies]);
}

/**
 * The file with other bytes for one column of its first row group, which come at the end of the others.
 * @param changes of the column's metadata
 */
export function withColumn(bytes, index, chunk, changes = {}) {
  const file = Buffer.from(bytes);
  const metadata = parquetMetadata(new Uint8Array(file).buffer);
  const groups = metadata.row_groups.slice(0, 1);
  const [{ columns }] = groups;
  const partOf = ({ meta_data: { dictionary_page_offset, data_page_offset, total_compressed_size } }) => {
    const start = Number(dictionary_page_offset ?? data_page_offset);
    return file.subarray(start, start + Number(total_compressed_size));
  };
  const parts = columns.map((column, at) => (at === index ? chunk : partOf(column)));
  const writer = new ByteWriter();
  writer.appendBytes(Buffer.from('PAR1'));
  for (const [at, column] of columns.entries()) {
    const { meta_data: data } = column;
    const start = BigInt(writer.offset);
    const first =
      data.dictionary_page_offset === undefined ? 0n : data.data_page_offset - data.dictionary_page_offset;
    writer.appendBytes(parts[at]);
    data.data_page_offset = start + first;
    if (data.dictionary_page_offset !== undefined) data.dictionary_page_offset = start;
    data.total_compressed_size = BigInt(parts[at].length);
    if (at === index) {
      data.total_uncompressed_size = 400_000_000n;
      Object.assign(data, { dictionary_page_offset: undefined, data_page_offset: start, ...changes });
    }
  }
  metadata.row_groups = groups;
  metadata.num_rows = groups[0].num_rows;
  writeMetadata(writer, metadata);
  writer.appendBytes(Buffer.from('PAR1'));
  return Buffer.from(writer.getBytes());
}

const [idColumn, sourceColumn, vectorColumn] = [0, 1, 6];
const million = 1_000_000;
/** All bits of a run of `values` ones, or of what it claims. */
const run = (values, byte = 1) => Buffer.concat([varint(values * 2), Buffer.from([byte])]);
const vectors = (values, levels, changes = {}) =>
  page({
    values,
    rows: changes.rows ?? values,
    levels,
    body: Buffer.alloc(4 * Math.min(values, 64)),
    ...changes,
  });
const numbers = (values, body) =>
  Buffer.concat([
    dictionaryPage({ values: 1, body: literal(Buffer.from([2, 0, 0, 0, 97, 98])), unpacked: 6 }),
    page({ values, encoding: 8, body: literal(body), unpacked: body.length }),
  ]);

/**
 * Crafted columns for a file of `rows` rows: which column, its pages, and what the metadata say of it.
 * @returns by name
 */
export function crafted(rows) {
  return {
    'a run of a billion': {
      column: sourceColumn,
      chunk: numbers(rows, Buffer.concat([Buffer.from([1]), run(2 ** 30)])),
    },
    'groups without bits': {
      column: sourceColumn,
      chunk: numbers(rows, Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 7, 0])),
    },
    'a billion levels': { column: vectorColumn, chunk: vectors(rows, [run(2 ** 30, 0), run(2 ** 30)]) },
    'fewer levels': { column: vectorColumn, chunk: vectors(rows, [run(1, 0), run(1)]) },
    'a billion values': {
      column: idColumn,
      chunk: page({ values: 2 ** 30, rows, encoding: 8, body: literal(Buffer.from([0, 0])), unpacked: 2 }),
    },
    'a number without end': {
      column: idColumn,
      chunk: Buffer.concat([Buffer.from([0x16]), Buffer.alloc(million, 0xff)]),
    },
    'a list of structures': {
      column: idColumn,
      chunk: page({ values: rows, body: Buffer.alloc(0), changes: { 9: listOf(5 * million) } }),
    },
    'structures in structures': { column: idColumn, chunk: Buffer.alloc(million, 0x1c) },
    'a page before itself': {
      column: idColumn,
      chunk: struct({ 1: 3, 2: 10, 3: -20, 8: { 1: 1, 2: 0, 3: 1, 4: 0, 5: 0, 6: 0 } }),
    },
    'many dictionaries': {
      column: sourceColumn,
      chunk: Buffer.concat(
        Array(500).fill(
          dictionaryPage({ values: million / 10, body: repeated(0, 400_000), unpacked: 400_000 }),
        ),
      ),
    },
    'a large page': {
      column: idColumn,
      chunk: page({ values: rows, body: literal(Buffer.from('a')), unpacked: 2 ** 30 }),
    },
    'many empty texts': {
      column: idColumn,
      chunk: page({ values: 90 * million, rows, body: repeated(0, 360 * million), unpacked: 360 * million }),
    },
    'texts of texts': {
      column: idColumn,
      chunk: page({ values: rows, encoding: 7, body: literal(Buffer.alloc(40, 1)), unpacked: 40 }),
    },
    'another packing': {
      column: idColumn,
      chunk: page({ values: rows, body: Buffer.alloc(20) }),
      changes: { codec: 'GZIP' },
    },
    'the bytes of others': {
      column: idColumn,
      chunk: Buffer.alloc(1),
      changes: { data_page_offset: 4n, total_compressed_size: 900n },
    },
    'counts without a size': {
      column: idColumn,
      chunk: Buffer.alloc(1),
      changes: { num_values: undefined, total_uncompressed_size: undefined },
    },
  };
}

/** A list of so many empty structures, as a field of its own type. */
function listOf(count) {
  return Buffer.concat([Buffer.from([9, 0xfc]), varint(count), Buffer.alloc(count)]);
}
