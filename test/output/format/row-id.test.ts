import { expect, test } from 'vitest';
import { rowId } from '../../../src/output/format/row-id.js';
import { sha256 } from '../sample.js';

test('is a UUID of version 5 that never changes', () => {
  // Recorded once: a change here would make every vector database that holds our ids start afresh.
  expect(rowId('docs/a.md', sha256('text'), 0)).toBe('382deae8-2e64-5fdf-b390-6274ade74d53');
  expect(rowId('docs/a.md', sha256('text'), 0)).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('differs by source, text and occurrence', () => {
  const ids = [
    rowId('docs/a.md', sha256('text'), 0),
    rowId('docs/b.md', sha256('text'), 0),
    rowId('docs/a.md', sha256('other'), 0),
    rowId('docs/a.md', sha256('text'), 1),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});
