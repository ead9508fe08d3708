import { chmod, mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EmbedError } from '../../../src/errors.js';
import { checkDiskSpace, ensureFolder, outputError } from '../../../src/output/files/disk-errors.js';
import { temporaryFolder } from '../sample.js';

const path = '/data/out';

test.each([
  ['ENOSPC', 'The disk is full at /data/out: free some space and run again; finished work is kept.'],
  ['EDQUOT', 'The disk is full at /data/out: free some space and run again; finished work is kept.'],
  [
    'EACCES',
    "/data/out can't be written (permission denied): change its permissions or choose another folder with --out.",
  ],
  ['EROFS', '/data/out is on a read-only file system: choose another folder with --out.'],
  [
    'ENOTDIR',
    "/data/out can't be the output folder (a file is in its place): choose another folder with --out.",
  ],
  ['EIO', "/data/out can't be read or written (EIO): check the disk, or choose another folder with --out."],
])('says %s as a sentence that names the path', (code, message) => {
  const cause = Object.assign(new Error(code), { code });
  expect(outputError(cause, path)).toMatchObject({ code: 'EMBED_OUTPUT', exitCode: 2, message, cause });
});

test('names the output, not the temporary file in it', () => {
  const cause = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  expect(outputError(cause, '/data/out/.run/stage-1/chunks.jsonl')).toMatchObject({
    message: 'The disk is full at /data/out: free some space and run again; finished work is kept.',
  });
});

test('passes on what is no error of the disk', () => {
  const wrongCall = Object.assign(new TypeError('wrong'), { code: 'ERR_INVALID_ARG_TYPE' });
  for (const error of [new EmbedError('CODE', 1, 'known'), new Error('expected this'), wrongCall]) {
    expect(outputError(error, path)).toBe(error);
  }
});

test('refuses what is larger than the free space, before it is written', async () => {
  const folder = await temporaryFolder();
  await checkDiskSpace(folder, 0);
  const { bavail, bsize } = await statfs(folder);
  await expect(checkDiskSpace(folder, bavail * bsize * 2 + 1e9)).rejects.toMatchObject({
    code: 'EMBED_OUTPUT',
    message: expect.stringMatching(
      /^The disk is full at .* \([\d.]+ [kMGT]B needed, [\d.]+ [kMGT]B free\): free some space/,
    ),
  });
});

test.skipIf(process.getuid?.() === 0)(
  'names a folder without permission (not for root, who has all)',
  async () => {
    const folder = join(await temporaryFolder(), 'locked');
    await mkdir(folder);
    await chmod(folder, 0o555);
    await expect(ensureFolder(join(folder, 'out'))).rejects.toThrow(/permission denied/);
  },
);
