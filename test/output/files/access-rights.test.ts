// Who may read an output stays as its owner set it.
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireLock } from '../../../src/output/lock/lock.js';
import { thisProcess } from '../../../src/output/lock/lock-owner.js';
import { openJournal } from '../../../src/output/write/journal.js';
import { openWriter } from '../../../src/output/write/writer.js';
import {
  addDocument,
  dimensions,
  sha256,
  temporaryFolder,
  vectorOf,
  writeAll,
  writerOptions,
} from '../sample.js';

const a = { source: 'docs/a.md', texts: ['alpha'] };
const b = { source: 'docs/b.md', texts: ['beta'] };
const modes = { 'chunks.jsonl': 0o640, 'vectors.npy': 0o604, 'rows.sum': 0o644, 'manifest.json': 0o660 };

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
  // Made again, too, and with a list of failures that was not there before.
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

test('what a run keeps beside the output meanwhile is for those whom that is for', async () => {
  const dir = await sampleOutput();
  await chmod(dir, 0o2771);
  const lock = await acquireLock(dir);
  expect(await modeOf(dir, '.run')).toBe(0o771);
  const id = 'a'.repeat(32);
  const entry = { hash: sha256('alpha'), vector: vectorOf('alpha') };
  const journal = await openJournal(dir, id, dimensions);
  await journal.append([entry]);
  await journal.close();
  expect(await modeOf(dir, `.run/journal-${id}`)).toBe(modes['manifest.json']);
  // One that an older version left open to all.
  await chmod(join(dir, `.run/journal-${id}`), 0o644);
  await (await openJournal(dir, id, dimensions)).close();
  expect(await modeOf(dir, `.run/journal-${id}`)).toBe(modes['manifest.json']);
  const seen: [string, number][] = [];
  const onStep = async (step: string) => {
    if (step !== 'recorded') return;
    for (const name of await readdir(join(dir, '.run'))) {
      if (/^(stage|commit)/.test(name)) seen.push([name.slice(0, 6), await modeOf(dir, `.run/${name}`)]);
    }
  };
  const writer = await openWriter(dir, { ...writerOptions(), lock, onStep });
  await addDocument(writer, b);
  await writer.commit();
  expect(seen.sort()).toEqual([
    ['commit', modes['manifest.json']],
    ['stage-', 0o771],
  ]);
  await lock.release();
});

test('who may use the folder sees who is at work there, whatever the umask of that run is', async () => {
  const dir = join(await temporaryFolder(), 'out');
  await mkdir(dir);
  await chmod(dir, 0o770);
  const umask = process.umask(0o077);
  const locks = [];
  try {
    locks.push(await acquireLock(dir));
    expect(await modeOf(dir, '.run/lock')).toBe(0o640);
    expect(await modeOf(dir, '.run/embed')).toBe(0o640);
    expect(await readdir(join(dir, '.run'))).toHaveLength(2);
    await locks[0]!.release();
    // That of a dead run, whose successor takes its place.
    await mkdir(join(dir, '.run'));
    await writeFile(join(dir, '.run/lock'), JSON.stringify(await deadOwner()));
    locks[0] = await acquireLock(dir);
    expect(await modeOf(dir, '.run/lock')).toBe(0o640);
  } finally {
    process.umask(umask);
    await locks[0]?.release();
  }
});

/** Of a process of this host that has ended. */
async function deadOwner() {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  return { ...(await thisProcess('ad'.repeat(8))), pid };
}

test.skipIf(process.getuid?.() !== 0)('also by owner and group', async () => {
  const dir = await sampleOutput();
  await chown(dir, 1234, 4321);
  const lock = await acquireLock(dir);
  expect(await stat(join(dir, '.run'))).toMatchObject({ uid: 1234, gid: 4321 });
  await lock.release();
});
