import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StagedFile } from '../../../src/output/write/staged-file.js';
import fc from '../../helpers/properties.js';
import { randomNumbers, sha256, temporaryFolder } from '../sample.js';

test('writes all that was added, in order, and knows its hash', async () => {
  const folder = await temporaryFolder();
  let files = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 12 }), async (sizes) => {
      const path = join(folder, String(files++));
      const file = await StagedFile.create(path, { hashed: true });
      const random = randomNumbers(files);
      const parts = sizes.map((size) => Buffer.alloc(size, String(random())));
      for (const part of parts) {
        file.add(part);
        await file.drained();
      }
      const sum = await file.sum();
      await file.finish();
      const content = await readFile(path);
      expect(content.equals(Buffer.concat(parts))).toBe(true);
      expect(sum).toEqual({ bytes: content.length, sha256: sha256(content.toString('latin1')) });
    }),
    { numRuns: 20 },
  );
});

test('copies ranges of other files between what is added', async () => {
  const folder = await temporaryFolder();
  const source = await StagedFile.create(join(folder, 'source'), { hashed: false });
  const content = Buffer.from(Array.from({ length: 700_000 }, (_, i) => `${i},`).join(''));
  source.add(content);
  await source.finish();
  const handle = await open(join(folder, 'source'), 'r');
  const target = await StagedFile.create(join(folder, 'target'), { hashed: true });
  target.addText('before ü ');
  await target.copyFrom(handle, 10, 3_000_000);
  target.addText(' behind');
  await expect(target.copyFrom(handle, content.length - 5, 10)).rejects.toThrow(/the file ends sooner/);
  const { sha256: sum } = await target.sum();
  await target.finish();
  await handle.close();
  const expected = Buffer.concat([
    Buffer.from('before ü '),
    content.subarray(10, 3_000_010),
    Buffer.from(' behind'),
    content.subarray(-5),
  ]);
  const written = await readFile(join(folder, 'target'));
  expect(written.equals(expected)).toBe(true);
  expect(sum).toBe(sha256(expected.toString('utf8')));
});

test('can be patched, and hashes what it is then', async () => {
  const path = join(await temporaryFolder(), 'file');
  const file = await StagedFile.create(path, { hashed: false });
  file.addText('____ rest');
  await file.patch(Buffer.from('head'), 0);
  expect(await file.sum()).toEqual({ bytes: 9, sha256: sha256('head rest') });
  await file.discard();
  expect(existsSync(path)).toBe(false);
});

describe.runIf(existsSync('/dev/full'))('on a disk that is full', () => {
  test('says so in one sentence', async () => {
    const file = await StagedFile.create('/dev/full', {
      hashed: false,
      handle: await open('/dev/full', 'r+'),
    });
    file.addText('text');
    await expect(file.flush()).rejects.toMatchObject({
      code: 'EMBED_OUTPUT',
      message: 'The disk is full at /dev/full: free some space and run again; finished work is kept.',
    });
    await expect(file.finish()).rejects.toThrow(/The disk is full/);
  });

  test('stops a writer that goes on adding', async () => {
    const file = await StagedFile.create('/dev/full', {
      hashed: true,
      handle: await open('/dev/full', 'r+'),
    });
    const add = async () => {
      for (;;) {
        file.add(Buffer.alloc(300_000));
        await file.drained();
      }
    };
    await expect(add()).rejects.toThrow(/The disk is full/);
  });
});
