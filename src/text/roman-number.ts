// Roman numbers, as lists, pages and notes have them.

const parts: readonly [value: number, letters: string][] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];

/** `xiv` of 14. @param number from 1; above some thousands the text gets long */
export function romanNumber(number: number): string {
  let text = '';
  let left = number;
  for (const [value, letters] of parts) {
    text += letters.repeat(Math.floor(left / value));
    left %= value;
  }
  return text;
}
