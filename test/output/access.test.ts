// Who may read an output stays as its owner set it.
import { chmod, chown, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWriter } from '../../src/output/writer.js';
import { addDocument, temporaryFolder, writeAll, writerOptions } from './sample.js';

const a = { source: 'docs/a.md', texts: ['alpha'] };
const b = { source: 'docs/b.md', texts: ['beta'] };
const modes = { 'chunks.jsonl': 0o640, 'vectors.npy': 0o604, 'manifest.json': 0o660 };

async function sampleOutput(): Promise<string> {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, [a]);
  for (const [name, mode] of Object.entries(modes)) await chmod(join(dir, name), mode);
  return dir;
}

const modeOf = async (dir: string, name: string): Promise<number> =>
  (await stat(join(dir, name))).mode & 0o777;

test('a commit keeps the modes of what it replaces, and new files get that of the manifest', async () => {
  const dir = await sampleOutput();
  await writeAll(dir, [a, b]);
  for (const [name, mode] of Object.entries(modes))
    expect([name, await modeOf(dir, name)]).toEqual([name, mode]);
  // Made anew, too, and with a list of failures that was not there before.
  const writer = await openWriter(dir, writerOptions());
  await addDocument(writer, a);
  writer.fail({ source: 'docs/c.md', code: 'unreadable' });
  await writer.commit();
  for (const [name, mode] of Object.entries({ ...modes, 'failures.jsonl': 0o660 }))
    expect([name, await modeOf(dir, name)]).toEqual([name, mode]);
});

test.skipIf(process.getuid?.() !== 0)('a commit keeps owner and group where that is allowed', async () => {
  const dir = await sampleOutput();
  for (const name of Object.keys(modes)) await chown(join(dir, name), 1234, 4321);
  await writeAll(dir, [a, b]);
  for (const name of Object.keys(modes))
    expect(await stat(join(dir, name))).toMatchObject({ uid: 1234, gid: 4321 });
});

test('a folder whose old manifest is gone is written as any new one', async () => {
  const dir = await sampleOutput();
  const fresh = join(await temporaryFolder(), 'out');
  await writeAll(fresh, [a]);
  for (const name of Object.keys(modes)) await rm(join(dir, name));
  await writeAll(dir, [a]);
  for (const name of Object.keys(modes)) expect(await modeOf(dir, name)).toBe(await modeOf(fresh, name));
});
