// The column of vectors is what the library writes of lists of numbers, byte for byte.
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { schema } from '../../src/destinations/parquet/file-writer.js';
import { addVectors } from '../../src/destinations/parquet/vector-column.js';

const columns = [schema[0]!, schema[1]!, ...schema.slice(-3)].map((element, at) =>
  at === 0 ? { ...element, num_children: 2 } : element,
);

function written(rows: number, write: (writer: ParquetWriter, ids: object) => void): Buffer {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: columns, createdBy: 'test' });
  write(writer, { name: 'id', data: Array.from({ length: rows }, (_, row) => String(row)) });
  writer.finish();
  return Buffer.from(bytes.getBytes());
}

// Runs of levels begin at any bit; a megabyte is a page, and a longer vector has one of its own.
test.each([
  [1, 20],
  [2, 30],
  [7, 9],
  [8, 3],
  [9, 40],
  [12, 33],
  [20, 31],
  [384, 1400],
  [1001, 300],
  [262_150, 2],
])('vectors of %i values, %i rows', (dimensions, rows) => {
  const vectors = Array.from({ length: rows }, (_, row) =>
    Float32Array.from({ length: dimensions }, (_, at) => Math.sin(row * dimensions + at)),
  );
  const lists = vectors.map((vector) => Array.from(vector));
  const list = {
    name: 'embedding',
    data: lists,
    encoding: 'PLAIN',
    statistics: false,
    codec: 'UNCOMPRESSED',
  };
  const wanted = written(rows, (writer, ids) =>
    writer.write({ columnData: [ids, list] as never, rowGroupSize: rows }),
  );
  const ours = written(rows, (writer, ids) => {
    writer.write({ columnData: [ids] as never, rowGroupSize: rows });
    addVectors(writer, ['embedding', 'list', 'element'], vectors);
  });
  expect(ours.equals(wanted)).toBe(true);
});
