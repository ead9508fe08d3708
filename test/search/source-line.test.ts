import { expect, test } from 'vitest';
import type { OutputRow } from '../../src/search/row.js';
import { parseSourceLine, rowAtLine } from '../../src/search/source-line.js';

test.each([
  ['docs/page.md:12', { source: 'docs/page.md', line: 12 }],
  ['a:1:2', { source: 'a:1', line: 2 }],
  ['docs/page.md', undefined],
  [':12', undefined],
  [`a:${'9'.repeat(16)}`, undefined],
])('%s is %j', (text, expected) => {
  expect(parseSourceLine(text)).toEqual(expected);
});

test.each([
  [1, 0],
  [3, 1],
  [5, 1],
  [6, 2],
  [9, 4],
])('line %i is of chunk %i', (line, chunk) => {
  // Of two chunks that start on a line, the first.
  const rows = [2, 3, 6, 6, 8].map(
    (start, index) => ({ metadata: { line: start, chunk: index } }) as OutputRow,
  );
  expect(rowAtLine(rows, line)?.metadata.chunk).toBe(chunk);
});
