// Another run is under way: what a command finds, and says of it, is what that one has left when it has ended.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunningCli } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { journalBytes, readOutput } from '../helpers/output.js';
import { ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

const model = 'all-minilm:latest';
const run = () => ['ingest', 'docs', '--cache', 'none', '--batch-size', '4', '--concurrency', '1'];
const server = () => ['--ollama-url', ollama.url, '--model', model];
const pages = Array.from({ length: 40 }, (_, n) => [`docs/page ${n}.md`, `Page ${n} of the book.\n`]);
const isLast = (texts: readonly string[]) => texts.some((text) => text.includes('Page 9'));

const told = async () => (await workspace.embed(['status'])).stdout;

/** Ends when a process has said that it waits. */
async function waiting({ child }: RunningCli): Promise<void> {
  let said = '';
  child.stderr!.on('data', (part) => {
    said += part;
  });
  await eventually(() => said).toContain('which works on the output');
}

test.each([
  ['rebuild', '--rebuild'],
  ['first run', '--chunk-size'],
])('a %s under way is not interrupted, and is not done again by who waits for it', async (kind, flag) => {
  writeFiles(workspace.dir, Object.fromEntries(pages));
  const isRebuild = kind === 'rebuild';
  if (isRebuild) expect(await workspace.embed([...run(), ...server()])).toMatchObject({ code: 0 });
  const answer = hold(ollama, { when: isLast });
  const weekly = workspace.start([...run(), ...server(), ...(isRebuild ? [flag] : [flag, '64'])]);
  await eventually(() => journalBytes(out)).toBeGreaterThan(1000);
  await expect.poll(told, { timeout: 20_000 }).toMatch(/is under way.*, [1-9]\d* % done/);
  const wrong = /interrupted|[Gg]oing on/;
  const refused = await workspace.embed(run());
  expect(refused).toMatchObject({ code: 75, stderr: expect.not.stringMatching(wrong) });
  const plan = await workspace.embed([...run(), '--dry-run']);
  expect(plan).toMatchObject({ code: 0, stderr: expect.not.stringMatching(wrong) });
  expect(plan.stderr).toMatch(new RegExp(`A ${isRebuild ? kind : 'run'} of this output is under way`));
  const nightly = workspace.start([...run(), '--wait', '--json']);
  await waiting(nightly);
  answer();
  expect(await weekly.done).toMatchObject({ code: 0 });
  const result = await nightly.done;
  expect(result).toMatchObject({ code: 0, stderr: expect.not.stringMatching(wrong) });
  expect(summaryOf(result)).toMatchObject({ changed: false, documents: { unchanged: 40 } });
});

test.each(['sync', 'forget'])('%s that waits finds what the run before made', async (command) => {
  writeFiles(workspace.dir, Object.fromEntries(pages.slice(0, 3)));
  expect(await workspace.embed([...run(), ...server()])).toMatchObject({ code: 0 });
  writeFileSync(join(workspace.dir, 'docs/page 9.md'), 'Page 9 of the book.\n');
  const answer = hold(ollama, { when: isLast });
  const before = workspace.start([...run(), ...server()]);
  await expect.poll(told, { timeout: 20_000 }).toContain('is under way');
  const args = command === 'sync' ? ['parquet:./chunks.parquet'] : ['docs/page 9.md'];
  const next = workspace.start([command, ...args, '--wait', '--json']);
  await waiting(next);
  answer();
  expect(await before.done).toMatchObject({ code: 0 });
  const { code, stdout } = await next.done;
  expect(code).toBe(0);
  if (command === 'sync') expect(JSON.parse(stdout).destinations).toMatchObject([{ new: 4 }]);
  else expect(readOutput(out).sources).not.toContain('docs/page 9.md');
});
