// Runs whose batches go to workers by a queue: the same output as from the server alone, and workers that differ are refused.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { VectorSpaceError } from '../../src/errors.js';
import { estimateCounter } from '../../src/tokens/estimating-counter.js';
import type { Embedder } from '../../src/types/embedder.js';
import { FakeEmbedder, vectorOf } from '../helpers/embedder.js';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { allMiniLm, startOllama } from '../helpers/ollama.js';
import { fingerprint } from '../helpers/output.js';
import { redisAvailable } from '../helpers/redis.js';
import { markdown, ollama, out, workspace, writeFiles } from '../ingest/run-workspace.js';
import { setUpQueue, startQueue, startWorker } from './queue.js';

setUpQueue();

/** Vectors that differ as those of two machines may. */
function nearly(noise: number): Embedder {
  const fake = new FakeEmbedder((texts) =>
    texts.map((text) => {
      const vector = vectorOf(text);
      vector[0] = vector[0]! + noise;
      const norm = Math.hypot(...vector);
      return vector.map((value) => value / norm);
    }),
  );
  const { identity, maxTokens, defaultChunkTokens } = fake;
  const embed: Embedder['embed'] = (texts, options) => fake.embed(texts, options);
  return {
    identity,
    maxTokens,
    defaultChunkTokens,
    embed,
    counter: estimateCounter(),
    close: async () => undefined,
  };
}

describe.runIf(redisAvailable)('a queue of workers', () => {
  test('gives the bytes that its server alone would give, and leaves nothing but the space', async () => {
    const { queue, redis } = await startQueue();
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 60), 'docs/b.md': markdown('beta', 30) });
    const alone = await workspace.embed(['ingest', 'docs', '-o', 'alone', '--ollama-url', ollama.url]);
    expect(alone.code).toBe(0);

    const flags = { queue, ollamaUrl: [ollama.url], model: 'all-minilm', concurrency: '2' };
    const [one, other] = [
      await startWorker(flags, { name: 'one' }),
      await startWorker(flags, { name: 'other' }),
    ];
    // One worker has two under way at most, so the third is the other's.
    const held = [0, 1, 2].map(() => hold(ollama, { when: (texts) => texts[0]!.includes('alpha') }));
    const flagsOfRun = ['--queue', queue, '--cache', 'none', '--batch-size', '8'];
    const running = workspace.embed(['ingest', 'docs', ...flagsOfRun]);
    await eventually(() => ollama.stats.inFlight).toBe(3);
    for (const answer of held) answer();
    expect(await running).toMatchObject({ code: 0 });
    expect(fingerprint(out)).toEqual(fingerprint(join(workspace.dir, 'alone')));

    const done = [await one.stop(), await other.stop()];
    expect(done.map(({ batches }) => batches).every((count) => count > 0)).toBe(true);
    expect(await redis.keys('*')).toEqual(['{embed-queue}:default:space']);
  });

  test('refuses a worker of another model, and says in what it differs', async () => {
    const { queue } = await startQueue();
    await startWorker({ queue, ollamaUrl: [ollama.url] });
    const other = await startOllama({ models: [{ ...allMiniLm, digest: 'f'.repeat(64) }] });
    await using _ = other;
    const refused = startWorker({ queue, ollamaUrl: [other.url] });
    await expect(refused).rejects.toThrow(VectorSpaceError);
    await expect(refused).rejects.toThrow(/another vector space \(digest: [0-9a-f]{12}, now ffffffffffff\)/);
  });

  test('publishes again what its first worker did, to the byte, when Redis has forgotten it', async () => {
    const { queue, redis } = await startQueue();
    const id = () => redis.hget('{embed-queue}:default:space', 'id');
    const first = await startWorker({ queue }, { embedder: nearly(0) });
    const published = await id();
    const second = await startWorker({ queue }, { embedder: nearly(0.01) });
    expect(second.worker.upstream.space.id).not.toBe(published);
    await first.stop();
    await redis.flushdb();
    await eventually(id).toBe(published);
    expect(second.worker.state.space).toBe(published);
  });

  test('without a worker, the sender ends with 4 and says so', async () => {
    const { queue } = await startQueue();
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 1) });
    for (const flags of [[], ['--queue-name', 'other']]) {
      const result = await workspace.embed(['ingest', 'docs', '--queue', queue, ...flags]);
      expect(result.code).toBe(4);
      const command = ['embed worker --queue …', ...flags].join(' ');
      expect(result.stderr).toContain(`has no worker: start some with "${command}"`);
    }
  });
});
