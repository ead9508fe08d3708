// Runs in processes of their own are killed at every step and at many rows: a reader sees the old or the
// new output whole, and the next run ends with the bytes of an undisturbed one.
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOutput } from '../../src/output/read/output.js';
import { verifyOutput } from '../../src/output/read/verify.js';
import { hashFile } from '../../src/output/write/staged-file.js';
import { filesOf, randomNumbers, temporaryFolder } from './sample.js';

interface Report {
  changed: boolean;
  recovered: boolean;
  embedded: number;
  rows: number;
  appends: number;
  steps: string[];
}

const script = join(import.meta.dirname, 'run-child.js');
/** Kept for the whole file: what undisturbed runs leave. */
const undisturbed: Record<string, Record<string, string>> = {};
let fullRun: Report;

function run(dir: string, version: string): Report {
  const child = spawnSync(process.execPath, [script, dir, version], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(`the child failed: ${child.stderr}`);
  return JSON.parse(child.stdout) as Report;
}

function runAndKill(dir: string, version: string, crash: string): void {
  const child = spawnSync(process.execPath, [script, dir, version, crash], { encoding: 'utf8' });
  expect({ crash, signal: child.signal, stderr: child.stderr }).toEqual({
    crash,
    signal: 'SIGKILL',
    stderr: '',
  });
}

/** What a reader finds who knows nothing of locks and kills. */
async function versionSeen(dir: string): Promise<string | undefined> {
  const output = await openOutput(dir);
  if (output === undefined) return undefined;
  const sum = await hashFile(output.rowFiles.chunks);
  await output.close();
  expect((await verifyOutput(dir, { deep: true })).problems).toEqual([]);
  return (
    Object.keys(undisturbed).find((version) => undisturbed[version]?.['chunks.jsonl'] === sum) ?? 'neither'
  );
}

/** Steps of a commit, in their order. */
const steps = [
  'staged',
  'record written',
  'recorded',
  'renamed vectors.npy',
  'renamed chunks.jsonl',
  'renamed rows.sum',
  'renamed manifest.json',
  'removed',
  'synced',
  'unrecorded',
  'done',
];

/** Outputs that tests begin with: of the first version, and of a commit of the second that was killed. */
let whole: string;
let half: string;

async function copyOf(folder: string): Promise<string> {
  const dir = join(await temporaryFolder(), 'out');
  await cp(folder, dir, { recursive: true });
  return dir;
}

let folder: string;
afterAll(() => rm(folder, { recursive: true }));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embed-kill-'));
  for (const version of ['1', '2']) {
    run(join(folder, version), version);
    undisturbed[version] = await filesOf(join(folder, version));
  }
  await cp(join(folder, '1'), join(folder, 'both'), { recursive: true });
  fullRun = run(join(folder, 'both'), '2');
  expect(await filesOf(join(folder, 'both'))).toEqual(undisturbed['2']);
  whole = join(folder, '1');
  half = join(folder, 'half');
  await cp(whole, half, { recursive: true });
  runAndKill(half, '2', 'renamed vectors.npy');
});

test('the corpus is worth it: files of all kinds differ, much is kept, some is embedded', () => {
  expect(Object.keys(undisturbed['1'] ?? {})).toContain('failures.jsonl');
  expect(Object.keys(undisturbed['2'] ?? {})).not.toContain('failures.jsonl');
  expect(fullRun).toMatchObject({ changed: true, recovered: false });
  expect(fullRun.embedded).toBeGreaterThan(5);
  expect(fullRun.steps).toEqual(steps);
});

test.each(steps)('killed at a step of the commit: %s', async (step) => {
  const [place, begun] = [steps.indexOf(step), steps.indexOf('recorded')];
  const dir = await copyOf(whole);
  runAndKill(dir, '2', step);
  expect(await versionSeen(dir)).toBe(place < begun ? '1' : '2');
  expect(run(dir, '2')).toMatchObject({
    changed: place < begun,
    recovered: place >= begun && place < steps.indexOf('unrecorded'),
    embedded: 0,
  });
  expect(await filesOf(dir)).toEqual(undisturbed['2']);
});

test.each(steps.slice(steps.indexOf('renamed vectors.npy')))(
  'killed in the middle of a commit, and again at a step of the recovery: %s',
  async (step) => {
    const dir = await copyOf(half);
    runAndKill(dir, '2', `recover:${step}`);
    expect(await versionSeen(dir)).toBe('2');
    run(dir, '2');
    expect(await filesOf(dir)).toEqual(undisturbed['2']);
  },
);

const random = randomNumbers(3);
test.each(Array.from({ length: 8 }, random))(
  'killed after any row, here at %d of them: what was embedded is not embedded again',
  async (share) => {
    const dir = await copyOf(whole);
    const appends = 1 + Math.floor(share * fullRun.appends);
    runAndKill(dir, '2', `append:${appends}`);
    expect(await versionSeen(dir)).toBe('1');
    expect(run(dir, '2').embedded).toBe(fullRun.embedded - appends);
    expect(await filesOf(dir)).toEqual(undisturbed['2']);
  },
);

test('a first run killed again and again gets done', async () => {
  const dir = join(await temporaryFolder(), 'out');
  for (const rows of [1, 40, 90, 130]) {
    runAndKill(dir, '2', `row:${rows}`);
    expect(await versionSeen(dir)).toBeUndefined();
  }
  runAndKill(dir, '2', 'renamed chunks.jsonl');
  expect(await versionSeen(dir)).toBe('2');
  run(dir, '2');
  expect(await filesOf(dir)).toEqual(undisturbed['2']);
});

describe('readers', () => {
  test('see one version or the other, whole, while runs follow each other', async () => {
    const dir = await copyOf(whole);
    const seen = new Set<string | undefined>();
    for (const version of ['2', '1', '2', '1']) {
      const child = spawn(process.execPath, [script, dir, version], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      while (child.exitCode === null) {
        const output = await openOutput(dir);
        if (output === undefined) throw new Error('expected an output at all times');
        const rows = output.documents().length;
        const texts: number[][] = [];
        for (const document of output.documents()) {
          for await (const line of output.lines(document)) texts.push(JSON.parse(line.toString()).embedding);
        }
        const vectors = await output.vectors(texts.map((_, row) => row));
        expect(vectors.map((vector) => [...vector])).toEqual(
          texts.map((values) => [...Float32Array.from(values)]),
        );
        seen.add(String(rows));
        await output.close();
      }
      expect(await ended).toBe(0);
    }
    expect(await filesOf(dir)).toEqual(undisturbed['1']);
    expect(seen.size).toBeGreaterThan(0);
  });
});
