// Texts whose words have no end: a run of characters that Unicode's forms make longer, or put in order. Each is cut
// into chunks in time in proportion to its length, in bounded memory, and a signal is obeyed meanwhile.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { builtinCounter } from '../../src/embedders/builtin/counter.js';
import { makeWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { summaryOf } from '../ingest/helpers.js';

const MB = 1024 * 1024;

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace();
});
afterEach(() => workspace.remove());

const dryRun = ['ingest', '--dry-run', '--embedder', 'builtin', '--cache', 'none', 'a.txt', '--json'];

it.each([
  ['marks that have to be put in order', `a${'\u0301\u0323'.repeat(300_000)}`],
  ['marks that become such', `a${'\uff9e\u0323'.repeat(300_000)}`],
])('%s are no work for minutes', async (_, text) => {
  writeFileSync(join(workspace.dir, 'a.txt'), text);
  expect(summaryOf(await workspace.embed(dryRun)).documents).toMatchObject({ new: 1 });
});

it('a character that becomes eighteen takes no gigabytes', async () => {
  writeFileSync(join(workspace.dir, 'a.txt'), '\ufdfa'.repeat(400_000));
  const { child, done } = workspace.start(dryRun);
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid!));
  }, 20);
  const { code, stdout } = await done;
  clearInterval(watch);
  expect([code, JSON.parse(stdout).documents.failed]).toEqual([3, expect.any(Number)]);
  expect(peak).toBeLessThan(550 * MB);
});

it('SIGTERM is obeyed while a word of 32 MB is counted', async () => {
  writeFileSync(join(workspace.dir, 'a.txt'), 'a'.repeat(32_000_000));
  const { child, done } = workspace.start(dryRun);
  // Once it is past reading, its processor time is that of counting.
  await eventually(() => processorMs(child.pid!)).toBeGreaterThan(3000);
  const start = performance.now();
  child.kill('SIGTERM');
  expect((await done).code).toBe(143);
  expect(performance.now() - start).toBeLessThan(4000);
});

it('a word is one run of unknown characters however long it is, and counts as before at spaces', () => {
  const counter = builtinCounter();
  expect(counter.count('語'.repeat(200_000))).toBe(counter.count('語'));
  const words = 'an island, two islands; '.repeat(8000);
  expect(counter.count(words)).toBe(8000 * counter.count('an island, two islands;'));
});

/** The most memory that a process has had, in bytes; 0 when it has ended. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
