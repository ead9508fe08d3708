import { expect, test } from 'vitest';
import { failuresText, parseFailures } from '../../src/output/failures.js';
import type { Failure } from '../../src/types.js';

const failures: Failure[] = [
  { source: 'b', code: 'vanished' },
  { source: 'a', code: 'too-long', chunk: 10 },
  { source: 'a', code: 'too-long', chunk: 9 },
  { source: 'a', code: 'unreadable' },
  { source: 'a', code: 'malformed' },
];

test('reads back what it wrote, in one order whatever the order of arrival', () => {
  const text = failuresText(failures);
  expect(failuresText([...failures].reverse())).toBe(text);
  expect(parseFailures(text)).toEqual([failures[4], failures[3], failures[2], failures[1], failures[0]]);
});

test('passes over lines that are no failures', () => {
  expect(parseFailures('{"source":1}\nnot JSON\nnull\n\n{"source":"a","code":"vanished"}\n')).toEqual([
    { source: 'a', code: 'vanished' },
  ]);
});
