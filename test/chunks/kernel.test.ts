// The splitter's kernel beside plain JavaScript, which is what it is held to, and the documents that it doesn't take.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compiledFrom } from '../../src/chunks/kernel/compiled.js';
import { split, splitInTurns } from '../../src/chunks/split.js';
import { estimateCounter } from '../../src/tokens/estimating-counter.js';
import type { SpanCounter } from '../../src/tokens/span-counter.js';
import { wordPieceCounter } from '../../src/tokens/wordpiece-counter.js';
import type { Block, Document } from '../../src/types/document.js';
import fc from '../helpers/properties.js';
import { allMiniLmVocabulary } from '../tokens/recorded.js';
import { anyDocument, markdown, prose } from './documents.js';

const wordPiece = wordPieceCounter(allMiniLmVocabulary());
const estimate = estimateCounter();

/** The same counter, without memory that a kernel could share. */
const plain = ({ id, special, ...counter }: SpanCounter): SpanCounter => ({
  id,
  special,
  count: (text) => counter.count(text),
  countSpan: (text, start, end) => counter.countSpan(text, start, end),
});
const twins: [string, SpanCounter, SpanCounter][] = [
  ['estimate', estimate, plain(estimate)],
  ['wordpiece', wordPiece, { ...plain(estimate), count: countByWords, countSpan: spanByWords }],
];

function countByWords(text: string): number {
  return wordPiece.count(text);
}

function spanByWords(text: string, start: number, end: number): number {
  return wordPiece.countSpan(text, start, end);
}

const limits = fc.record({
  size: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 300 })),
  overlap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 160 })),
  headings: fc.boolean(),
});

/** Documents of several kinds in one text, so that there are many sections, tables and long words in one. */
const longDocument = fc.array(anyDocument, { minLength: 1, maxLength: 4 }).map((documents): Document => {
  const blocks: Block[] = [];
  let text = '';
  for (const document of documents) {
    for (const block of document.blocks) {
      blocks.push({ ...block, start: block.start + text.length, end: block.end + text.length });
    }
    text += document.text;
  }
  return { ...documents[0]!, text, blocks };
});

test.each(twins)('gives the chunks that plain JavaScript gives, by %s', (_, counter, twin) => {
  fc.assert(
    fc.property(longDocument, limits, (document, options) => {
      expect([...split(document, { ...options, counter })]).toEqual([
        ...split(document, { ...options, counter: twin }),
      ]);
    }),
    { numRuns: 60 },
  );
});

const numbers = Array.from({ length: 1000 }, (_, index) => `${index},${(index * 7919) % 1000}.`).join(' ');
const grid = '+-----+-----+\n| a b | c   |\n|     | d   |\n'.repeat(60);
test.each([
  ['of 65,536 characters', markdown(`# A\n\n${prose(3, 9000).slice(0, 65_531)}`)],
  ['of one more, which is too long', markdown(`# A\n\n${prose(3, 9000).slice(0, 65_532)}`)],
  ['of one word', markdown('c3VwZXJjYWxpZnJhZ2lsaXN0aWM='.repeat(200))],
  ['of signs that join others', markdown(`e${'\u0301'.repeat(900)} ${'👩‍👩‍👧‍👦🇩🇪'.repeat(90)}`)],
  ['without spaces', markdown('你好，世界。这是一个测试。'.repeat(100))],
  ['of numbers in one line', markdown(numbers)],
  ['of a grid', tableOf(grid)],
  ['of rows longer than a chunk', tableOf(`${prose(5, 300)}\n`.repeat(2))],
  ['of nothing', markdown('')],
  ['of white space', markdown(' \n\u3000\n ')],
])('gives the same for a document %s', (_, document) => {
  const isLong = document.text.length > 30_000;
  for (const [, counter, twin] of isLong ? twins.slice(0, 1) : twins) {
    for (const options of [
      { size: 254, overlap: 32 },
      ...(isLong ? [] : [{ size: 1, overlap: 1 }]),
      ...(isLong ? [] : [{ size: 30, overlap: 9, headings: true }]),
    ]) {
      const chunks = [...split(document, { ...options, counter })];
      expect(chunks).toEqual([...split(document, { ...options, counter: twin })]);
    }
  }
});

function tableOf(text: string): Document {
  const context = 'Name | Value';
  const blocks: Block[] = [{ kind: 'table', start: 0, end: text.length, line: 1, context }];
  return { source: 'a.md', format: 'markdown', text, blocks };
}

test.each<[string, Block[]]>([
  ['out of order', [paragraph(20, 40), paragraph(0, 20)]],
  ['within each other', [paragraph(0, 40), paragraph(5, 20)]],
  ['beyond the text', [paragraph(0, 20), paragraph(20, 4000)]],
  ['without a place', [paragraph(Number.NaN, 20)]],
])('takes no document with blocks %s', (_, blocks) => {
  const document: Document = { source: 'a', format: 'text', text: prose(4, 200), blocks };
  const options = { size: 20, overlap: 4 };
  const wanted = [...split(document, { ...options, counter: plain(estimate) })];
  expect([...split(document, { ...options, counter: estimate })]).toEqual(wanted);
});

function paragraph(start: number, end: number): Block {
  return { kind: 'paragraph', start, end, line: 1 };
}

test('a counter that fails leaves the kernel ready for the next document', () => {
  const document = tableOf('a b c d e f g h i j k l m n o p q r s t\n'.repeat(20));
  const wanted = [...split(document, { size: 20, overlap: 4, counter: estimate })];
  const failing = {
    ...estimate,
    countSpan: () => {
      throw new Error('no count');
    },
  };
  expect(() => [...split(document, { size: 20, overlap: 4, counter: failing })]).toThrow('no count');
  expect([...split(document, { size: 20, overlap: 4, counter: estimate })]).toEqual(wanted);
});

test('documents that are split in turns leave each other as they are', () => {
  const [one, other] = [markdown(prose(1, 500)), markdown(prose(2, 500))];
  const options = { size: 30, overlap: 8, counter: wordPiece };
  const turns = [splitInTurns(one, options), splitInTurns(other, options)] as const;
  const chunks: [unknown[], unknown[]] = [[], []];
  for (let open = true; open; ) {
    open = false;
    for (const [index, turn] of turns.entries()) {
      const { value, done } = turn.next();
      if (done) continue;
      open = true;
      chunks[index]!.push(value);
    }
  }
  expect(chunks).toEqual([[...split(one, options)], [...split(other, options)]]);
});

test('what runs was compiled from the sources beside it', () => {
  const folder = join(import.meta.dirname, '../../src/chunks/kernel');
  const sum = createHash('sha256');
  for (const name of readdirSync(folder)
    .filter((name) => name.endsWith('.as'))
    .sort())
    sum.update(readFileSync(join(folder, name)));
  expect(sum.digest('hex')).toBe(compiledFrom);
});
