import { expect, test } from 'vitest';
import {
  lineParts,
  maxLineBytes,
  textOfLine,
  withEmbedding,
  writeLine,
} from '../../../src/output/format/chunk-line.js';
import { rowId } from '../../../src/output/format/row-id.js';
import type { Chunk } from '../../../src/types/document.js';
import type { Vector } from '../../../src/types/vector.js';
import fc from '../../helpers/properties.js';
import { chunksOf, vectorOf } from '../sample.js';

function chunkOf(text: string, metadata?: Chunk['metadata']): Chunk {
  const [chunk] = chunksOf({ source: 'docs/ä "b".md', texts: [text] });
  if (chunk === undefined) throw new Error('expected a chunk');
  return metadata === undefined ? chunk : { ...chunk, metadata };
}

function lineOf(chunk: Chunk, vector?: Vector): Buffer {
  const parts = lineParts(chunk);
  const buffer = Buffer.alloc(maxLineBytes(parts, vector) + 5);
  return buffer.subarray(5, writeLine(buffer, 5, parts, vector));
}

test('is one JSON object with id, text, embedding and metadata, in this order', () => {
  const chunk = { ...chunkOf('Grüße,\n"Welt" \\ 数据'), page: 3 };
  const vector = vectorOf(chunk.text);
  const row = JSON.parse(lineOf(chunk, vector).toString());
  expect(Object.keys(row)).toEqual(['id', 'text', 'embedding', 'metadata']);
  expect(row).toEqual({
    id: rowId(chunk.source, chunk.hash, 0),
    text: chunk.text,
    embedding: Array.from(vector, (value) => Number(String(row.embedding[vector.indexOf(value)]))),
    metadata: {
      source: chunk.source,
      chunk: 0,
      start: 0,
      end: chunk.end,
      line: 1,
      page: 3,
      heading: chunk.heading,
      hash: chunk.hash,
      tokens: chunk.tokens,
    },
  });
  expect(Float32Array.from(row.embedding)).toEqual(vector);
  expect(lineOf(chunk, vector).indexOf(10)).toBe(lineOf(chunk, vector).length - 1);
});

test('holds the context where there is one, and moves a field of that name', () => {
  const chunk = { ...chunkOf('E1 | closed', { context: 'mine' }), context: 'Code | "Meaning"' };
  const { metadata } = JSON.parse(lineOf(chunk).toString());
  expect(metadata).toMatchObject({ context: 'Code | "Meaning"', user: { context: 'mine' } });
});

test("adds the user's fields, and puts those with a name of ours under `user`", () => {
  const metadata = { title: 'T', source: 'mine', user: 7, tags: ['a', null] };
  const row = JSON.parse(lineOf(chunkOf('text', metadata)).toString());
  expect(row.metadata).toMatchObject({
    source: 'docs/ä "b".md',
    title: 'T',
    tags: ['a', null],
    user: { source: 'mine', user: 7 },
  });
});

test('carries any text and metadata through JSON unharmed, with and without embedding', () => {
  const anyText = fc.string({ unit: 'binary' });
  const anyMetadata = fc.dictionary(anyText, fc.jsonValue() as fc.Arbitrary<never>);
  fc.assert(
    fc.property(anyText, anyMetadata, (text, metadata) => {
      const chunk = chunkOf(text, metadata);
      const vector = vectorOf(text);
      const without = lineOf(chunk);
      const embedded = lineOf(chunk, vector);
      expect(JSON.parse(without.toString()).text).toBe(text);
      expect(JSON.parse(embedded.toString()).metadata).toEqual(JSON.parse(without.toString()).metadata);
      expect(withEmbedding(without, vector)).toEqual(embedded);
      expect(withEmbedding(embedded, undefined)).toEqual(without);
      expect(withEmbedding(embedded, vector)).toEqual(embedded);
      expect(withEmbedding(without, undefined)).toEqual(without);
    }),
  );
});

test('is not misled by a text that looks like the rest of the line', () => {
  const chunk = chunkOf('\\","embedding":[1,2],"metadata":{"text":"\\\\');
  const without = lineOf(chunk);
  expect(JSON.parse(without.toString()).text).toBe(chunk.text);
  const embedded = withEmbedding(without, vectorOf('x'));
  expect(JSON.parse(embedded.toString())).toMatchObject({ text: chunk.text, embedding: expect.any(Array) });
  expect(withEmbedding(embedded, undefined)).toEqual(without);
});

test('gives its text, whatever is in it; what is no such line gives none', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'ä', ',', '}', 'u', '\u2028') }),
      (text) => {
        const line = lineOf({ ...chunkOf('one'), text }, vectorOf('one')).toString();
        expect(textOfLine(line)).toBe(text);
        expect(textOfLine(line.slice(0, line.indexOf(',"embedding"') - 1))).toBeUndefined();
      },
    ),
  );
  for (const line of ['', '{}', '{"text":"one"}', '{"id":"1","text":1}', '{"id":"1","text":"\\q"}']) {
    expect(textOfLine(line)).toBeUndefined();
  }
});

test('holds no character that any reader takes for the end of a line, but the last', () => {
  const text = 'one\u2028two\u2029three\u0085four\u000bfive';
  const chunk = { ...chunkOf(text, { note: text }), heading: [text], context: text };
  const line = lineOf(chunk).toString();
  expect(line.slice(0, -1)).not.toMatch(/[\u0085\u2028\u2029\p{Cc}]/u);
  const row = JSON.parse(line);
  expect(row).toMatchObject({ text, metadata: { note: text, heading: [text], context: text } });
  expect(textOfLine(line)).toBe(text);
});
