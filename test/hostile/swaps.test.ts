// Folders of an output that an attacker replaces by a link while a run works in them: what the link leads to stays as it
// is, whatever names it has that are ours, and the run works on in what it has opened, or ends in words.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeStage } from '../../src/output/files/owned-file.js';
import { acquireLock } from '../../src/output/lock/lock.js';
import { verifyOutput } from '../../src/output/read/verify.js';
import { openJournal } from '../../src/output/write/journal.js';
import { recover } from '../../src/output/write/recover.js';
import { openWriter } from '../../src/output/write/writer.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { writeFiles } from '../ingest/run-workspace.js';
import {
  addDocument,
  dimensions,
  filesOf,
  makeSpace,
  vectorOf,
  writeAll,
  writerOptions,
} from '../output/sample.js';

const stageName = 'stage-cccccccccccc';
const ours = [
  'lock',
  'commit',
  'commit.new',
  'embed',
  'manifest.json',
  'chunks.jsonl',
  'vectors.npy',
  'failures.jsonl',
];

let workspace: Workspace;
let out: string;
let victim: string;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  out = join(workspace.dir, 'out');
  victim = join(workspace.dir, 'victim');
  const names = [...ours, 'documents', `journal-${'a'.repeat(32)}`, `lock-claim-${'a'.repeat(16)}`, 'other'];
  for (const folder of ['.', '.run', stageName]) {
    writeFiles(join(victim, folder), Object.fromEntries(names.map((name) => [name, `dear ${name}`])));
  }
});
afterEach(() => workspace.remove());

/** Puts a link to the victim in the place of a folder. @returns what puts the folder back */
function swap(folder: string): () => void {
  const aside = join(workspace.dir, 'aside');
  renameSync(folder, aside);
  symlinkSync(victim, folder);
  return () => {
    // A run may have removed it, as what it takes for its own.
    rmSync(folder, { force: true });
    renameSync(aside, folder);
  };
}

const a = { source: 'docs/a.md', texts: ['alpha', 'beta'] };
const b = { source: 'docs/b.md', texts: ['gamma'] };
const steps = ['staged', 'record written', 'recorded', 'renamed vectors.npy', 'removed', 'unrecorded'];

test.each(steps.flatMap((step) => ['.', '.run', stageName].map((folder) => [step, folder] as const)))(
  'after the step "%s", in the place of %s',
  async (step, name) => {
    await writeAll(out, [a]);
    const before = await filesOf(victim);
    const lock = await acquireLock(out);
    let putBack: (() => void) | undefined;
    const onStep = (done: string) => {
      if (done !== step) return;
      const [stage] = readdirSync(join(out, '.run')).filter((one) => one.startsWith('stage-'));
      putBack = swap(join(out, name === stageName ? `.run/${stage}` : name));
    };
    const writer = await openWriter(out, writerOptions({ lock, onStep }));
    for (const document of [a, b]) await addDocument(writer, document);
    const ended = await writer.commit().catch((error: unknown) => error);
    expect(await filesOf(victim)).toEqual(before);
    putBack!();
    if (ended instanceof Error) expect(ended.message).toMatch(/is a link|belongs to another program/);
    await lock.release();
    const again = await acquireLock(out);
    await recover(out);
    await again.release();
    expect(await verifyOutput(out)).toMatchObject({ problems: [], documents: 2 });
    expect(await filesOf(victim)).toEqual(before);
  },
);

test.each(['.', '.run'])('in the place of %s while a run fills its journal', async (name) => {
  const before = await filesOf(victim);
  const lock = await acquireLock(out);
  const putBack = swap(join(out, name));
  const journal = await openJournal(out, makeSpace().id, dimensions);
  await journal.append([{ hash: 'b'.repeat(64), vector: vectorOf('b') }]);
  await journal.close();
  await expect(lock.check()).rejects.toThrow(/moved away or replaced|is a link|is gone/);
  expect(await filesOf(victim)).toEqual(before);
  putBack();
  expect(readdirSync(join(out, '.run'))).toContain(`journal-${makeSpace().id}`);
  await lock.release();
});

test('a link in the place of a stage that is removed goes itself', async () => {
  mkdirSync(join(out, '.run'), { recursive: true });
  symlinkSync(join(victim, stageName), join(out, '.run', stageName));
  const before = await filesOf(victim);
  await removeStage(join(out, '.run', stageName));
  expect(await filesOf(victim)).toEqual(before);
});

test.each(['out', 'out/.run'])(
  'again and again in the place of %s, while runs follow one another',
  async (name) => {
    writeFiles(workspace.dir, { 'docs/a.md': 'Islands.' });
    const ingest = () =>
      workspace.embed(['ingest', 'docs', '-o', 'out', '--embedder', 'builtin', '--cache', 'none']);
    expect((await ingest()).code).toBe(0);
    const before = await filesOf(victim);
    const attack = `
    const fs = require('fs');
    const [folder, aside, victim] = process.argv.slice(1);
    for (;;) {
      try {
        fs.renameSync(folder, aside);
        fs.symlinkSync(victim, folder);
        for (let n = 0; n < 1e5 * (Math.random() * 40); n++);
        fs.unlinkSync(folder);
        fs.renameSync(aside, folder);
      } catch {
        try { fs.unlinkSync(folder); } catch {}
        try { fs.renameSync(aside, folder); } catch {}
      }
      for (let n = 0; n < 1e5 * (Math.random() * 40); n++);
    }`;
    const attacker = spawn(process.execPath, [
      '-e',
      attack,
      join(workspace.dir, name),
      join(workspace.dir, 'aside'),
      victim,
    ]);
    try {
      for (let round = 0; round < 4; round++) {
        writeFileSync(join(workspace.dir, 'docs/b.md'), `Round ${round}.`);
        const { code, stderr } = await ingest();
        expect([0, 2, 5, 75]).toContain(code);
        expect(stderr).not.toMatch(/unexpected|\n\s+at /);
        expect(await filesOf(victim)).toEqual(before);
      }
    } finally {
      attacker.kill('SIGKILL');
    }
  },
);
