// Tests keep nothing in the folders of who runs them: not caches, not words, not notes on runs.
import { tmpdir } from 'node:os';
import { sep } from 'node:path';
import { expect, test } from 'vitest';
import { defaultCacheFolder } from '../src/cache/disk/default-folder.js';
import { wordsFolder } from '../src/search/corpora.js';
import { notesFolder } from '../src/state/state-folder.js';

test.each([
  ['vectors', defaultCacheFolder()],
  ['words', wordsFolder(undefined)],
  ['notes', notesFolder()],
])('%s are kept in a folder of the tests', (_, folder) => {
  expect(folder.startsWith(tmpdir() + sep)).toBe(true);
});
