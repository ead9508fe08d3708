// The home folder, where the system names none.
import { expect, test, vi } from 'vitest';

const codes = vi.hoisted(() => ({ next: 'ENOENT' }));
vi.mock('node:os', () => ({
  homedir() {
    // As libuv says it, for a number without a user and for a HOME of many kilobytes.
    throw Object.assign(new Error('A system error occurred'), { info: { code: codes.next } });
  },
}));
const { homeFolder } = await import('../../src/files/home.js');

test.each([
  ['ENOENT', 'This user has no home folder: set HOME to a folder that it may write to.'],
  ['ENOBUFS', 'The home folder (HOME) is longer than a path can be'],
])('%s', (code, words) => {
  codes.next = code;
  expect(homeFolder).toThrow(words);
});
