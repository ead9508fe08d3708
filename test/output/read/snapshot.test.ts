import { readdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifest } from '../../../src/output/format/manifest-reader.js';
import { checkContent } from '../../../src/output/read/content.js';
import { openOutput } from '../../../src/output/read/output.js';
import { closeFiles, openFiles } from '../../../src/output/read/snapshot.js';
import { recover } from '../../../src/output/write/recover.js';
import { openWriter } from '../../../src/output/write/writer.js';
import { addDocument, type SampleDocument, temporaryFolder, writeAll, writerOptions } from '../sample.js';

/** Files of the same sizes: only their content tells one version from the other. */
function version(letter: string): SampleDocument {
  return { source: 'docs/a.md', texts: [letter, letter + letter] };
}

const openSteps = ['record', 'manifest.json', 'chunks.jsonl', 'vectors.npy', 'rows.sum', 'failures.jsonl'];
const commitSteps = [
  'staged',
  'recorded',
  'renamed vectors.npy',
  'renamed chunks.jsonl',
  'renamed rows.sum',
  'renamed manifest.json',
  'unrecorded',
];

/** Opens the files while `meanwhile` runs at one step, once; throws when they are not of one output. */
async function openWhile(dir: string, at: string, meanwhile: () => Promise<unknown>): Promise<string> {
  let met = false;
  const files = await openFiles(dir, async (step) => {
    if (step !== at || met) return;
    met = true;
    await meanwhile();
  });
  if (files === undefined) throw new Error('expected an output at all times');
  expect(met).toBe(true);
  const manifest = await readManifest(files.manifest, join(dir, 'manifest.json'));
  await checkContent({ dir, ...files, manifest });
  const [line = ''] = (await files.chunks.readFile('utf8')).split('\n');
  await closeFiles(files);
  return JSON.parse(line).text;
}

/** Starts a commit and leaves it at a step, as a kill would. */
async function stopAt(dir: string, at: string, letter: string): Promise<void> {
  const previous = await openOutput(dir);
  const onStep = (step: string) => {
    if (step === at) throw new Error('stopped');
  };
  const writer = await openWriter(dir, writerOptions({ previous, onStep, formats: ['npy'] }));
  await addDocument(writer, version(letter));
  await expect(writer.commit()).rejects.toThrow('stopped');
  await previous?.close();
}

async function outputOf(letter: string): Promise<string> {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, [version(letter)], { formats: ['npy'] });
  return dir;
}

test.each(openSteps)('a whole commit happens after the step %s', async (step) => {
  const dir = await outputOf('a');
  const seen = await openWhile(dir, step, () => writeAll(dir, [version('b')], { formats: ['npy'] }));
  expect(seen).toBe('b');
});

test.each(openSteps)('a commit is under way after the step %s', async (step) => {
  for (const at of commitSteps) {
    const dir = await outputOf('a');
    expect(['a', 'b']).toContain(await openWhile(dir, step, () => stopAt(dir, at, 'b')));
  }
});

test.each(openSteps)('a commit is finished after the step %s', async (step) => {
  for (const at of commitSteps.slice(1, -1)) {
    const dir = await outputOf('a');
    await stopAt(dir, at, 'b');
    expect(await openWhile(dir, step, () => recover(dir))).toBe('b');
  }
});

test.each(['chunks.jsonl', 'vectors.npy', 'failures.jsonl'])(
  'a %s that is a link is refused, and nothing stays open',
  async (name) => {
    const dir = await temporaryFolder();
    await writeAll(dir, [version('a')]);
    const path = join(dir, name);
    try {
      unlinkSync(path);
    } catch {
      // There were no failures.
    }
    symlinkSync('manifest.json', path);
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    await expect(openFiles(dir)).rejects.toThrow('it is a link');
    expect(open()).toBe(before);
  },
);
