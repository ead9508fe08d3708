// The word that was meant.
import { expect, test } from 'vitest';
import { nearest } from '../../src/text/nearest-word.js';

test.each([
  ['batchsize', ['batchSize', 'cache'], 'batchSize'],
  ['serch', ['serve', 'search'], 'search'],
  ['sycn', ['sync', 'stats'], 'sync'],
  ['lsit', ['list', 'get'], 'list'],
  // Half of it is other letters.
  ['nope', ['home', 'docs'], undefined],
  ['x'.repeat(201), ['x'.repeat(200)], undefined],
])('%s', (word, candidates, meant) => {
  expect(nearest(word, candidates)).toBe(meant);
});
