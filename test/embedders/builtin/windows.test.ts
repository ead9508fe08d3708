import { describe, expect, test } from 'vitest';
import { cutWindows } from '../../../src/embedders/builtin/windows.js';
import fc from '../../helpers/properties.js';

/** Even ids open words here. */
const opensWord = (id: number) => id % 2 === 0;
const arrays = (windows: Int32Array[]) => windows.map((window) => [...window]);

describe('cutWindows', () => {
  test('leaves what fits in one piece', () => {
    expect(arrays(cutWindows(Int32Array.of(2, 1, 1), 3, opensWord))).toEqual([[2, 1, 1]]);
  });

  test('cuts before a word', () => {
    expect(arrays(cutWindows(Int32Array.of(2, 1, 4, 1, 6), 3, opensWord))).toEqual([
      [2, 1],
      [4, 1, 6],
    ]);
    expect(arrays(cutWindows(Int32Array.of(2, 1, 1, 4, 1), 3, opensWord))).toEqual([
      [2, 1, 1],
      [4, 1],
    ]);
  });

  test('cuts a word that is longer than a window', () => {
    expect(arrays(cutWindows(Int32Array.of(2, 1, 3, 5, 7, 9), 4, opensWord))).toEqual([
      [2, 1, 3, 5],
      [7, 9],
    ]);
  });

  test('loses nothing and exceeds nothing', () => {
    const ids = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 10 }), (ids, size) => {
        const windows = arrays(cutWindows(Int32Array.from(ids), size, opensWord));
        expect(windows.flat()).toEqual(ids);
        for (const window of windows) {
          expect(window.length).toBeGreaterThan(0);
          expect(window.length).toBeLessThanOrEqual(size);
        }
      }),
    );
  });
});
