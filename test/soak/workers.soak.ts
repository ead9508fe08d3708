// Workers that are killed or stopped at random while a run goes on, and Redis restarts once, without persistence: the output has the
// bytes of a run against the server alone, and little more is embedded than has to be.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { makeWorkspace, type RunningCli } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { startOllama } from '../helpers/ollama.js';
import { fingerprint } from '../helpers/output.js';
import { startRedis } from '../helpers/redis.js';
import { markdown, writeFiles } from '../ingest/run-workspace.js';

const seed = Number(process.env.SOAK_SEED ?? 1);
const kills = 20;
const batchSize = 8;
const documents = 60;
const sections = 40;
const crew = 3;

/** The same numbers for the same seed (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('kills of random workers cost a batch each, and nothing is lost', { timeout: 600_000 }, async () => {
  const random = randomFrom(seed);
  const workspace = makeWorkspace();
  onTestFinished(() => workspace.remove());
  await using ollama = await startOllama({ requestDelayMs: 150, record: false });
  let redis = await startRedis();
  onTestFinished(() => redis.kill());
  const queue = `${redis.url}/3`;
  const files = Array.from({ length: documents }, (_, index) => [
    `docs/${index}.md`,
    markdown(`d${index}x`, sections),
  ]);
  writeFiles(workspace.dir, Object.fromEntries(files));
  const fixed = ['ingest', 'docs', '--cache', 'none', '--batch-size', `${batchSize}`, '--json'];
  const alone = await workspace.embed([
    ...fixed,
    '-o',
    'alone',
    '--ollama-url',
    ollama.url,
    '--concurrency',
    '8',
  ]);
  expect(alone.code).toBe(0);

  const hire = async (): Promise<RunningCli> => {
    const worker = workspace.start([
      'worker',
      '--queue',
      queue,
      '--ollama-url',
      ollama.url,
      '--concurrency',
      '1',
    ]);
    let said = '';
    worker.child.stderr!.on('data', (part: string) => {
      said += part;
    });
    await eventually(() => said).toContain('at once');
    return worker;
  };
  const workers = await Promise.all(Array.from({ length: crew }, hire));
  onTestFinished(() => {
    for (const { child } of workers) child.kill('SIGKILL');
  });
  const before = ollama.stats.texts;
  const run = workspace.start([...fixed, '--queue', queue, '--wait-for-server', '2m']);
  const ended = run.done.then((result) => ({ result, at: performance.now() }));
  let hired = 0;
  for (let kill = 0; kill < kills; kill++) {
    await sleep(300 + random() * 1500);
    const place = Math.floor(random() * workers.length);
    const { child } = workers[place]!;
    // One in four hangs instead, and is found out by the others.
    if (random() < 0.25) {
      child.kill('SIGSTOP');
      onTestFinished(() => void child.kill('SIGKILL'));
    } else child.kill('SIGKILL');
    workers[place] = await hire();
    hired++;
    if (kill === kills >> 1) {
      await redis.kill();
      await sleep(500);
      redis = await startRedis([], { port: redis.port });
    }
  }
  const { result } = await ended;
  expect(result.code, result.stderr).toBe(0);
  expect(fingerprint(join(workspace.dir, 'embeddings'))).toEqual(fingerprint(join(workspace.dir, 'alone')));
  const rows = readFileSync(join(workspace.dir, 'embeddings/chunks.jsonl'), 'utf8')
    .trimEnd()
    .split('\n').length;
  // Each worker opens with its canaries, and a batch that it compares with single texts; the restart takes what was under way.
  const openings = hired * (6 + 64 + 2);
  const most = rows + (kills + 2 * crew) * batchSize + openings;
  const texts = ollama.stats.texts - before;
  console.log(`${texts} texts asked, ${rows} needed, at most ${most}`);
  expect(texts).toBeLessThanOrEqual(most);
  for (const { child, done } of workers) {
    child.kill('SIGTERM');
    expect((await done).code).toBe(0);
  }
});
