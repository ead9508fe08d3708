import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { halve } from '../../src/chunks/halve.js';
import { split } from '../../src/chunks/split.js';
import { extract } from '../../src/documents/extract.js';
import { estimateCounter } from '../../src/tokens/estimating-counter.js';
import type { Chunk, Document } from '../../src/types/document.js';
import { markdown, prose } from './documents.js';

const counter = estimateCounter();

function onlyChunk(document: Document): Chunk {
  const chunks = [...split(document, { size: 10_000, overlap: 0, counter })];
  expect(chunks).toHaveLength(1);
  return chunks[0]!;
}

describe('halve', () => {
  test('gives two slices of the document, cut between sentences near the middle', () => {
    const document = markdown(`\n\n# Title\n\n${prose(1, 10)}\n\n${prose(2, 10)}`);
    const whole = onlyChunk(document);
    const [first, second] = halve(whole, counter)!;
    for (const half of [first, second]) {
      expect(half.text).toBe(document.text.slice(half.start, half.end));
      expect(half.text).toBe(half.text.trim());
      expect(half.hash).toBe(createHash('sha256').update(half.text).digest('hex'));
      expect(half.tokens).toBe(counter.count(half.text));
      expect(half.tokens).toBeGreaterThan(whole.tokens / 4);
      expect(half.line).toBe(document.text.slice(0, half.start).split('\n').length);
      expect(half.text).toMatch(/\.$/);
    }
    expect(first.start).toBe(whole.start);
    expect(second.end).toBe(whole.end);
    expect(document.text.slice(first.end, second.start).trim()).toBe('');
    expect(second.line).toBe(7);
  });

  test('halves a giant word, on and on, without losing a character', () => {
    const whole = onlyChunk(markdown('🇩🇪👩‍👩‍👧‍👦é'.repeat(40) + 'x1'.repeat(300)));
    const parts = [whole];
    const small: Chunk[] = [];
    for (let chunk = parts.shift(); chunk; chunk = parts.shift()) {
      const halves = halve(chunk, counter);
      if (halves) parts.unshift(...halves);
      else small.push(chunk);
    }
    expect(small.map((chunk) => chunk.text).join('')).toBe(whole.text);
    for (const chunk of small) {
      expect(chunk.tokens).toBeLessThan(64);
      expect(chunk.text).not.toMatch(/^(?:\u0301|\u200d|[\udc00-\udfff])/);
    }
  });

  test('leaves chunks of fewer than 64 tokens, and single characters, whole', () => {
    const counted = (tokens: number) => ({ ...onlyChunk(markdown('one two three four')), tokens });
    expect(halve(counted(63), counter)).toBeUndefined();
    expect(halve(counted(64), counter)).toHaveLength(2);
    expect(halve({ ...onlyChunk(markdown('x')), tokens: 64 }, counter)).toBeUndefined();
  });

  test('gives the header row of a table to every part that lacks it, once', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `| pump number ${i} | ${i} litres |`).join('\n');
    const { documents } = await extract(
      Buffer.from(`Words.\n\n| Name | Rate |\n|---|---|\n${rows}\n`),
      'a.md',
    );
    const parts = [onlyChunk(documents[0]!)];
    const small: Chunk[] = [];
    for (let chunk = parts.shift(); chunk; chunk = parts.shift()) {
      const halves = halve(chunk, counter);
      if (halves) parts.unshift(...halves);
      else small.push(chunk);
    }
    expect(small.length).toBeGreaterThan(6);
    expect(small[0]).toMatchObject({ text: expect.stringContaining('Name') });
    expect(small[0]!.context).toBeUndefined();
    for (const { context, text, tokens } of small.slice(1)) {
      expect([context, tokens]).toEqual(['Name | Rate', counter.count(`${context}\n${text}`)]);
    }
  });
});
