// When the sums of an output are looked at, and when its times are enough.
import { cp, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openOutput } from '../../../src/output/read/output.js';
import { filesOf, opened, temporaryFolder, writeAll } from '../sample.js';

const later = Date.now() / 1000 + 10;

async function sampleOutput(): Promise<string> {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, [{ source: 'docs/a.md', texts: ['alpha', 'beta'] }]);
  return dir;
}

async function damage(dir: string, name: string): Promise<void> {
  const path = join(dir, name);
  const bytes = await readFile(path);
  bytes[bytes.length - 3] = (bytes[bytes.length - 3] as number) ^ 1;
  await writeFile(path, bytes);
  await utimes(path, later, later);
}

const sealed = async (dir: string): Promise<boolean> =>
  (await stat(join(dir, 'manifest.json'), { bigint: true })).mtimeNs % 1_000_000_000n === 0n;

test.each([
  ['chunks.jsonl', "its sum is not the manifest's|row 1 is not as"],
  ['vectors.npy', 'row 1 is not as it was written'],
  ['rows.sum', 'the sums of its rows'],
])('a newer %s is read, and refused where it is another', async (name, what) => {
  const dir = await sampleOutput();
  await damage(dir, name);
  await expect(openOutput(dir)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(
      new RegExp(`${name} is damaged \\(docs/a.md: (${what}).* --out ${dir} --rebuild`),
    ),
  });
  expect((await openOutput(dir, { sums: false }))?.rows).toBe(2);
});

test('a commit seals the manifest, and a copy is sealed when it was found right', async () => {
  const dir = await sampleOutput();
  expect(await sealed(dir)).toBe(true);
  const copy = `${dir}-2`;
  await cp(dir, copy, { recursive: true });
  expect(await sealed(copy)).toBe(false);
  const before = await filesOf(copy);
  await opened(copy);
  expect(await sealed(copy)).toBe(true);
  expect(await filesOf(copy)).toEqual(before);
});

test('a newer file that is right costs one look at the sums', async () => {
  const dir = await sampleOutput();
  const path = join(dir, 'vectors.npy');
  await utimes(path, later, later);
  await opened(dir);
  const { mtimeNs } = await stat(join(dir, 'manifest.json'), { bigint: true });
  expect(mtimeNs).toBe(BigInt(Math.floor(later)) * 1_000_000_000n);
  // Sealed again, it is not read: this damage has the times of a whole output.
  await damage(dir, 'chunks.jsonl');
  await utimes(join(dir, 'manifest.json'), later, Math.floor(later));
  expect((await opened(dir)).rows).toBe(2);
});

test('a signal ends the reading', async () => {
  const dir = await sampleOutput();
  await utimes(join(dir, 'vectors.npy'), later, later);
  await expect(openOutput(dir, { signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow(
    'stopped',
  );
});
