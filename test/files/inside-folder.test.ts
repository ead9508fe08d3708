import { expect, test } from 'vitest';
import { isIn } from '../../src/files/inside-folder.js';

test.each([
  ['/a', '/a', true],
  ['/a/b', '/a', true],
  ['/a/..b', '/a', true],
  ['/ab', '/a', false],
  ['/', '/a', false],
  ['/a', '/', true],
  ['/a/b', '/a/b/c', false],
])('%s in %s: %s', (path, folder, expected) => {
  expect(isIn(path, folder)).toBe(expected);
});
