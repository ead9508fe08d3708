// What a run finds in an output folder's `.run` and brings to an end may be without end itself: a signal is obeyed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recover } from '../../src/output/write/recover.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';

let workspace: Workspace;
let run: string;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  run = join(workspace.dir, 'out', '.run');
  mkdirSync(run, { recursive: true });
});
afterEach(() => workspace.remove());

/** What a process has read so far; without a /proc, enough. */
function bytesRead(pid: number): number {
  if (!existsSync('/proc/self/io')) return Number.POSITIVE_INFINITY;
  return Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

test('SIGTERM is obeyed while a file of a terabyte is held against its commit record', async () => {
  const stage = join(run, 'stage-000000000000');
  const bytes = 1e12;
  mkdirSync(stage);
  writeFileSync(join(stage, 'chunks.jsonl'), '');
  truncateSync(join(stage, 'chunks.jsonl'), bytes);
  const files = [{ name: 'chunks.jsonl', bytes, sha256: '0'.repeat(64) }];
  const record = JSON.stringify({ format: 1, stage: 'stage-000000000000', files, remove: [] });
  writeFileSync(join(run, 'commit'), `${record}\n${createHash('sha256').update(record).digest('hex')}\n`);
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs', 'a.md'), 'A text.');
  const { child, done } = workspace.start(['ingest', 'docs', '--out', 'out', '--embedder', 'builtin']);
  // In the middle of it: a signal that comes before would end the run in any case.
  await eventually(() => bytesRead(child.pid!)).toBeGreaterThan(500e6);
  expect(existsSync(join(run, 'lock'))).toBe(true);
  child.kill('SIGTERM');
  expect((await done).code).toBe(143);
});

test('what was staged and forgotten is removed no longer than the signal lets it', async () => {
  const names = ['stage-000000000001', 'stage-000000000002'];
  for (const name of names) mkdirSync(join(run, name));
  await expect(recover(join(run, '..'), undefined, AbortSignal.abort())).rejects.toThrow('aborted');
  expect(readdirSync(run)).toEqual(names);
  await recover(join(run, '..'));
  expect(readdirSync(run)).toEqual([]);
});
