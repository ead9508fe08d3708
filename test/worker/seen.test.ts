// What is seen of a queue: by doctor, by Prometheus, by clients of a gateway; and what a stranger in its Redis can do.
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { ofRounds, quickEffort } from '../../src/bench/measure/plan.js';
import { bench } from '../../src/commands/bench.js';
import { line, lookAt, makeFolder } from '../doctor/look.js';
import { gateway } from '../gateway/gateways.js';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { listening } from '../helpers/listening.js';
import { redisAvailable, startRedis } from '../helpers/redis.js';
import { markdown, ollama, workspace, writeFiles } from '../ingest/run-workspace.js';
import { settingsOf, setUpQueue, startQueue, startWorker } from './queue.js';

setUpQueue();

const root = '{embed-queue}:default:';

describe.runIf(redisAvailable)('a queue', () => {
  test('is shown by doctor: its Redis, its space, its workers and what waits', async () => {
    const { queue, redis } = await startQueue();
    const look = () => lookAt(makeFolder(), { flags: { queue, cache: 'none' } });
    const without = await look();
    expect(line(without, 'queue.published')).toMatchObject({ status: 'failure' });
    expect(line(without, 'queue.workers')).toMatchObject({
      status: 'failure',
      mend: `embed worker --queue ${queue}`,
    });

    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await startWorker({ queue, ollamaUrl: [ollama.url] }, { name: 'gpu-1' });
    const report = await look();
    expect(line(report, 'queue.memory')).toMatchObject({ status: 'warning' });
    expect(line(report, 'queue.published').seen).toMatch(
      /^all-minilm:latest, 384 dimensions, vector space [0-9a-f]{12}$/,
    );
    expect(line(report, 'queue.workers')).toMatchObject({
      status: 'ok',
      seen: '1 of 1 worker ready, 2 at once',
      details: ['gpu-1: 0 of 2 at work, 0 texts in 0 requests'],
    });
    expect(line(report, 'queue.jobs').seen).toBe('0 waiting; 0 at work, 0 failed');
  });

  test('keeps the password of its address to itself', async () => {
    const server = await startRedis(['--requirepass', 'se:cret/9']);
    try {
      const queue = `redis://:se%3Acret%2F9@127.0.0.1:${server.port}/3`;
      const report = await lookAt(makeFolder(), { flags: { queue, cache: 'none' } });
      writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 1) });
      const run = await workspace.embed(['ingest', 'docs', '--queue', queue]);
      expect(run.code).toBe(4);
      const wrong = await workspace.embed(['worker', '--queue', queue.replace('se%3A', 'other')]);
      expect(wrong.code).toBe(4);
      expect(wrong.stderr).toContain('refuses the user name or password');
      const said = JSON.stringify(report) + run.stderr + wrong.stderr;
      expect(said).not.toMatch(/cret/);
      expect(line(report, 'queue.workers').mend).toBe('embed worker --queue "$EMBED_QUEUE"');
    } finally {
      await server.kill();
    }
  });

  test('is told to Prometheus by its workers, and their health to who starts them', async () => {
    const { queue } = await startQueue();
    let url = '';
    const { worker } = await startWorker(
      { queue, ollamaUrl: [ollama.url] },
      { metrics: { host: '127.0.0.1', port: 0 }, events: { showing: (at) => (url = at) } },
    );
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 4) });
    expect(await workspace.embed(['ingest', 'docs', '--queue', queue, '--cache', 'none'])).toMatchObject({
      code: 0,
    });
    const text = await (await fetch(`${url}/metrics`)).text();
    const { batches, texts } = worker.state;
    expect(text).toContain(`embed_worker_batches_total ${batches}\n`);
    expect(text).toContain(`embed_worker_texts_total ${texts}\n`);
    expect(text).toContain('embed_queue_waiting 0\n');
    expect(text).toMatch(/embed_endpoint_requests_total\{endpoint="http:[^"]*"\} \d/);
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok', batches });
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  test('stands behind a gateway, whose clients get the vectors of its workers', async () => {
    const { queue } = await startQueue();
    await startWorker({ queue, ollamaUrl: [ollama.url] }, { name: 'gpu-1' });
    const { url } = await gateway({ queue, batchInterval: 0 });
    const client = new Ollama({ host: url });
    const { embeddings } = await client.embed({ model: 'all-minilm', input: ['a', 'b'] });
    expect(embeddings.map((row) => Float32Array.from(row))).toEqual(
      ['a', 'b'].map((text) => ollama.vectorOf(text)),
    );
    expect((await client.list()).models.map(({ name }) => name)).toEqual(['all-minilm:latest']);
    const openAi = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' });
    const { data } = await openAi.embeddings.create({
      model: 'all-minilm',
      input: 'a',
      encoding_format: 'float',
    });
    expect(Float32Array.from(data[0]!.embedding)).toEqual(ollama.vectorOf('a'));
    await expect(client.embed({ model: 'other', input: ['a'] })).rejects.toThrow(/"other" not found/);
    const health = await (await fetch(`${url}/health`)).json();
    expect(health).toMatchObject({ status: 'ok', embedder: 'queue', servers: [{ url: 'gpu-1', up: true }] });
  });

  test('is measured by bench with as many batches at once as its workers take', async () => {
    const { queue } = await startQueue();
    const flags = { queue, ollamaUrl: [ollama.url], concurrency: '5' };
    await startWorker(flags, { name: 'gpu-1' });
    await startWorker(flags, { name: 'gpu-2' });
    const effort = { ...ofRounds(quickEffort, 1), grids: [{ sizes: [2], concurrencies: [2] }] };
    const answers = Array.from({ length: 10 }, () => hold(ollama, { when: (texts) => texts.length === 2 }));
    const measuring = bench({ settings: await settingsOf({ queue, cache: 'none' }), effort });
    await eventually(() => ollama.stats.inFlight).toBe(10);
    for (const answer of answers) answer();
    const { report } = await measuring;
    const [target] = report.targets;
    expect(target).toMatchObject({ name: 'all-minilm:latest (2 workers of a queue)', url: null });
    expect(target!.settings.map(({ id }) => id)).toContain('batched-2x12');
    expect(report.recommended).toMatchObject({ batchSize: expect.any(Number), concurrency: null });
  });

  test('of which a stranger writes keys harms no run: what can not be read is refused', async () => {
    const { queue, redis } = await startQueue();
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 2) });
    await redis.sadd(`${root}workers`, 'x', 'y', 'a:b');
    await redis.set(`${root}worker:x`, '{"name":"\\u001b[2J","concurrency":"9"}');
    await redis.set(`${root}worker:y`, '[');
    const ingest = () => workspace.embed(['ingest', 'docs', '--queue', queue, '--cache', 'none']);
    for (const about of [
      '{',
      '{"layout":1,"space":{},"maxTokens":512,"defaultChunkTokens":256,"counter":"x"}',
    ]) {
      await redis.hset(`${root}space`, 'about', about);
      const run = await ingest();
      expect(run.code).toBe(4);
      expect(run.stderr).toContain('was published by another version');
    }
    await redis.del(`${root}space`);
    const { worker } = await startWorker({ queue, ollamaUrl: [ollama.url] });
    // A set in the place of a hash: no answer of the wrong type ends in an unexpected error.
    await redis.del(`${root}space`);
    await redis.sadd(`${root}space`, 'x');
    expect((await ingest()).code).toBe(4);
    await redis.del(`${root}space`);
    await eventually(() => redis.hget(`${root}space`, 'id')).toBe(worker.state.space);
    expect((await ingest()).code).toBe(0);
  });

  test.each(['+OK\r\n', ':1\r\n', '*-1\r\n'])(
    'of a server that answers %j to all is refused in words',
    async (reply) => {
      const port = await listening((socket) =>
        socket.on('data', (part: Buffer) =>
          socket.write(reply.repeat(String(part).split(/\*\d/).length - 1)),
        ),
      );
      const queue = `redis://127.0.0.1:${port}/3`;
      writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 1) });
      const server = ['--ollama-url', ollama.url, '--model', 'all-minilm'];
      for (const args of [
        ['worker', ...server],
        ['ingest', 'docs', '--cache', 'none'],
      ]) {
        const { code, stderr } = await workspace.embed([...args, '--queue', queue]);
        expect(code, stderr).toBe(4);
        expect(stderr).toMatch(/is not a Redis|was published by another version/);
      }
    },
  );
});
