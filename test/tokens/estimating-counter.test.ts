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
