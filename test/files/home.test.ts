// The home folder, where the system names none.
import { expect, test } from 'vitest';
import { homeFolder } from '../../src/files/home.js';

test.each([
  ['ENOENT', 'This user has no home folder: set HOME to a folder that it may write to.'],
  ['ENOBUFS', 'The home folder (HOME) is longer than a path can be'],
])('%s', (code, words) => {
  // As libuv says it, for a number without a user and for a HOME of many kilobytes.
  const fails = () => {
    throw Object.assign(new Error('A system error occurred'), { info: { code } });
  };
  expect(() => homeFolder(fails)).toThrow(words);
});
