import { describe, expect, test } from 'vitest';
import { estimateCounter } from '../../src/tokens/estimating-counter.js';
import fc from '../helpers/properties.js';
import { recordedCounts } from './recorded.js';

const counter = estimateCounter();

describe('estimateCounter', () => {
  test('is hardly ever below what the recorded servers count, and not far above', () => {
    let estimated = 0;
    let recorded = 0;
    const below: string[] = [];
    for (const { text, ...counts } of recordedCounts()) {
      const larger = Math.max(...Object.values(counts));
      const estimate = counter.count(text) + counter.special;
      estimated += estimate;
      recorded += larger;
      if (estimate < larger) below.push(text);
    }
    // Greek and Russian, Arabic, signs without width, and one text by a single token of 129.
    expect(below.length).toBeLessThanOrEqual(4);
    expect(estimated / recorded).toBeLessThan(1.2);
  });

  // These numbers are pinned by the name: another estimate needs another version.
  test.each([
    ['', 0],
    [' \n\t\u00a0', 0],
    ['a short word', 3],
    ['internationalisation', 5],
    ['camelCase parseHTTPRequest', 2 + 4],
    ['x = 3.14;', 7],
    ['snake_case_name', 7],
    ['x'.repeat(100), 50],
    ['你好，世界。', 8],
    ['한국어', 3],
    ['Ελληνικά', 4],
    ['हिन्दी', 6],
    ['🙂', 4],
    ['naïve', 3],
  ])('counts %j as %i', (text, tokens) => {
    expect(counter.id).toBe('estimate/1');
    expect(counter.count(text)).toBe(tokens);
  });

  /** The count of the kernel. */
  function inMemory(text: string, start: number, end: number): number {
    const { texts, counting } = counter.countedTexts!();
    texts.take(text, 0, text.length);
    return counting(texts.at, start, end);
  }

  test('counts any slice as its rules say', () => {
    const unit = fc.constantFrom(
      ...'abcXYZ  .,_-(\n0\u0085\u00a0\u00b4é\u0300Ελпش한你、（\ud83d\ude42\ufe0f\u1e01\u2026\ue000',
    );
    const run = fc.tuple(
      fc.constantFrom('.', ' ', '_X', '', 'é'),
      fc.constantFrom('a', 'B', 'я'),
      fc.nat(40),
    );
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit }),
      run.map(([before, letter, length]) => before + letter.repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.nat(), fc.nat(), (parts, from, length) => {
        const text = parts.join('');
        const start = from % (text.length + 1);
        const end = start + (length % (text.length - start + 1));
        const tokens = byRules(text.slice(start, end));
        expect(counter.countSpan(text, start, end)).toBe(tokens);
        expect(inMemory(text, start, end)).toBe(tokens);
        if (from % 4 > 0) return;
        // From both halves at once, as it is long.
        const long = `${text} `.repeat(9);
        expect(inMemory(long, 0, long.length)).toBe(9 * byRules(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('takes each word for itself, wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }), (parts) => {
        const text = parts.join(' ');
        expect(counter.count(text)).toBe(parts.reduce((sum, part) => sum + counter.count(part), 0));
        expect(counter.countSpan(`x${text}y`, 1, text.length + 1)).toBe(counter.count(text));
      }),
    );
  });
});

/** The rules, one match each; what is no run counts as it does alone. */
function byRules(text: string): number {
  let tokens = 0;
  for (const { 0: part, index } of text.matchAll(/[A-Z]*[a-z]+|[A-Z]+|[\u0370-\u077f\u1e00-\u1fff]+|./gs)) {
    if (!/[A-Za-z]/.test(part)) {
      tokens += part.length === 1 ? counter.count(part) : Math.ceil(part.length / 2);
      continue;
    }
    if (part.length <= 5) tokens++;
    else tokens += Math.ceil(part.length / (part.length <= 24 ? 4 : 2));
    if (part.length >= 4 && /[^\sA-Za-z\u0080-\uffff]/.test(text[index - 1] ?? ' ')) tokens++;
  }
  return tokens;
}
