// What becomes of batches when texts, workers, servers, senders or Redis fail: nothing is lost, and nothing is counted twice.
import { Queue, Worker } from 'bullmq';
import { describe, expect, onTestFinished, test } from 'vitest';
import { queueAddress } from '../../src/embedders/queue/address.js';
import { openQueueEmbedder } from '../../src/embedders/queue/embedder.js';
import { keepQueue } from '../../src/embedders/queue/expiry.js';
import { answerOf } from '../../src/embedders/queue/job.js';
import { queueKeys } from '../../src/embedders/queue/names.js';
import { runWorker } from '../../src/worker/worker.js';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { faults, startOllama } from '../helpers/ollama.js';
import { readOutput } from '../helpers/output.js';
import { redisAvailable, startRedis } from '../helpers/redis.js';
import { markdown, ollama, out, summaryOf, workspace, writeFiles } from '../ingest/run-workspace.js';
import { settingsOf, setUpQueue, startQueue, startWorker } from './queue.js';

setUpQueue();

function expectRightVectors(count: number): void {
  const { rows, vectors } = readOutput(out);
  expect(rows).toHaveLength(count);
  for (const [index, row] of rows.entries()) expect(vectors[index]).toEqual(ollama.vectorOf(row.text));
}

const prefix = '{embed-queue}';

/** The command line, without a cache. @param batchSize max texts of a batch */
function ingestByQueue(queue: string, batchSize: number): ReturnType<typeof workspace.embed> {
  const flags = ['--queue', queue, '--cache', 'none', '--batch-size', `${batchSize}`];
  return workspace.embed(['ingest', 'docs', ...flags]);
}

describe.runIf(redisAvailable)('a queue of workers', () => {
  test('finds a bad text by halving its batch, and embeds all others', async () => {
    const { queue } = await startQueue();
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 20) });
    await startWorker({ queue, ollamaUrl: [ollama.url] });
    ollama.script(faults.poisoned('alpha7word5'));
    const result = await workspace.embed(['ingest', 'docs', '--queue', queue, '--cache', 'none', '--json']);
    expect(result.code).toBe(3);
    const { failures } = summaryOf(result);
    expect(failures).toMatchObject([{ source: 'docs/a.md', code: 'rejected' }]);
    expectRightVectors(19);
  });

  test('gives batches back whose server is down, rests until it is up, and loses none', async () => {
    const { queue } = await startQueue();
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 40) });
    await using other = await startOllama();
    const flags = { queue, batchSize: '4' };
    const failing = await startWorker({ ...flags, ollamaUrl: [other.url] });
    const answer = hold(other);
    const running = ingestByQueue(queue, 4);
    // The canaries of the sender are the first batch.
    await eventually(() => other.stats.inFlight).toBe(1);
    await startWorker({ ...flags, ollamaUrl: [ollama.url] });
    await other.die();
    answer();
    expect(await running).toMatchObject({ code: 0 });
    expectRightVectors(40);
    expect(failing.worker.state.rests).toMatch(/can't be reached/);
    expect(failing.worker.result.batches).toBe(0);
    expect(failing.worker.result.returned).toBeGreaterThan(0);
    await other.revive();
    await eventually(() => failing.worker.state.rests).toBe('');
  });

  test('sends again what a Redis forgets that restarts without persistence', async () => {
    const { server, queue } = await startQueue();
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 40) });
    const { worker, stop } = await startWorker({ queue, ollamaUrl: [ollama.url] });
    const before = ollama.stats.embeds;
    const answer = hold(ollama, { when: (texts) => texts.some((text) => text.includes('alpha')) });
    const running = ingestByQueue(queue, 8);
    await eventually(() => ollama.stats.embeds).toBeGreaterThan(before + 1);
    await server.kill();
    const again = await startRedis([], { port: server.port });
    onTestFinished(() => again.stop());
    answer();
    expect(await running).toMatchObject({ code: 0 });
    expectRightVectors(40);
    // Two at most were with the worker when Redis went.
    expect(worker.state.texts).toBeLessThanOrEqual(40 + 6 + 2 * 8);
    await stop();
  });

  test('takes over the batch of a worker that hangs', async () => {
    const { queue, server, redis } = await startQueue();
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 4) });
    const connection = { host: '127.0.0.1', port: server.port, db: 3, maxRetriesPerRequest: null };
    // Signs of life of senders and workers, as of a run that is under way for a while, put nothing of that off.
    const hung = new Worker('default', null, {
      connection,
      prefix,
      lockDuration: 300,
      skipStalledCheck: true,
    });
    onTestFinished(() => hung.close(true));
    const flags = { queue, ollamaUrl: [ollama.url], concurrency: '1' };
    await startWorker(flags, { lockMs: 600 });
    const answer = hold(ollama, { when: (texts) => texts[0]!.includes('alpha') });
    const running = ingestByQueue(queue, 1);
    // It takes a batch that waits behind the one that is held, and gives no sign of life for it.
    await eventually(async () => (await hung.getNextJob('hung', { block: false }))?.data.texts.length).toBe(
      1,
    );
    await keepQueue(redis, queueKeys('default'));
    answer();
    expect(await running).toMatchObject({ code: 0 });
    expectRightVectors(4);
  });

  test('ends at once when it is told to while it waits for its server', async () => {
    const { queue } = await startQueue();
    await ollama.die();
    const ending = new AbortController();
    let waits = false;
    const ended = runWorker({
      settings: await settingsOf({
        queue,
        ollamaUrl: [ollama.url],
        model: 'all-minilm',
        waitForServer: '10m',
      }),
      signal: ending.signal,
      events: { notice: (said) => (waits ||= said.startsWith('Waiting up to 10 min')) },
    });
    await eventually(() => waits).toBe(true);
    ending.abort();
    expect(await ended).toMatchObject({ batches: 0 });
  });

  test('leaves no job behind for good, whoever is killed: every key but the space expires', async () => {
    const { queue, redis } = await startQueue();
    const { stop } = await startWorker({ queue, ollamaUrl: [ollama.url], concurrency: '1' });
    const answer = hold(ollama, { when: (texts) => texts[0]!.includes('held') });
    const sender = await openQueueEmbedder({ address: queueAddress(queue), name: 'default' });
    const batches = [0, 1, 2].map((at) => sender.embed([`held ${at}`], at === 2 ? { priority: 3 } : {}));
    const lasting = async () => {
      const names = await redis.keys('*');
      const times = await Promise.all(names.map((name) => redis.pttl(name)));
      return names.filter((_, at) => times[at] === -1);
    };
    await eventually(() => redis.llen(`${prefix}:default:active`)).toBe(1);
    await eventually(lasting).toEqual([`${prefix}:default:space`]);
    expect(await redis.llen(`${prefix}:default:wait`)).toBe(1);
    expect(await redis.zcard(`${prefix}:default:prioritized`)).toBe(1);
    answer();
    await Promise.all(batches);
    await stop();
    await sender.close();
    expect(await redis.keys('*')).toEqual([`${prefix}:default:space`]);
  });

  test('removes a job that no worker can read', async () => {
    const { queue, redis } = await startQueue();
    await startWorker({ queue, ollamaUrl: [ollama.url] }, { lockMs: 100 });
    await redis.hset(`${prefix}:default:strange`, {
      name: 'batch',
      data: '{',
      opts: '{',
      timestamp: '1',
      stc: '4',
    });
    await redis.lpush(`${prefix}:default:wait`, 'strange');
    await redis.zadd(`${prefix}:default:marker`, 0, '0');
    await eventually(() => redis.exists(`${prefix}:default:strange`)).toBe(0);
    await eventually(() => redis.llen(`${prefix}:default:active`)).toBe(0);
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 4) });
    expect(await ingestByQueue(queue, 4)).toMatchObject({ code: 0 });
  });

  test('says that it is paused, and goes on when it is resumed', async () => {
    const { queue, redis, server } = await startQueue();
    await startWorker({ queue, ollamaUrl: [ollama.url] });
    const jobs = new Queue('default', {
      connection: { host: '127.0.0.1', port: server.port, db: 3 },
      prefix,
    });
    onTestFinished(() => jobs.close());
    await jobs.pause();
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 4) });
    const paused = await ingestByQueue(queue, 4);
    expect(paused.code).toBe(4);
    expect(paused.stderr).toContain('is paused: resume it with what paused it');
    await jobs.resume();
    expect(await ingestByQueue(queue, 4)).toMatchObject({ code: 0 });
    expect(await redis.llen(`${prefix}:default:paused`)).toBe(0);
  });

  test('asks a Redis that refuses to be written once in a while, and goes on when it takes batches again', async () => {
    const { queue, redis } = await startQueue();
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 12) });
    // What it can't answer meanwhile is taken again when its lock has expired.
    await startWorker({ queue, ollamaUrl: [ollama.url], concurrency: '1' }, { lockMs: 1000 });
    const answer = hold(ollama, { when: (texts) => texts[0]!.includes('alpha') });
    const running = ingestByQueue(queue, 1);
    await eventually(() => redis.zcard(`${prefix}:default:prioritized`)).toBeGreaterThan(0);
    await redis.config('SET', 'min-replicas-to-write', '1');
    answer();
    const refused = async () =>
      Number(/NOREPLICAS:count=(\d+)/.exec(await redis.info('errorstats'))?.[1] ?? 0);
    await eventually(refused).toBeGreaterThan(2);
    await redis.config('SET', 'min-replicas-to-write', '0');
    expect(await running).toMatchObject({ code: 0 });
    expectRightVectors(12);
    // BullMQ by itself asks thousands of times a second.
    expect(await refused()).toBeLessThan(200);
  });

  test('tells a sender of another version that its batch can not be read, and sends none that is too large', async () => {
    const { queue, redis, server } = await startQueue();
    const connection = { host: '127.0.0.1', port: server.port, db: 3 };
    await startWorker({ queue, ollamaUrl: [ollama.url] });
    const jobs = new Queue('default', { connection, prefix, skipMetasUpdate: true });
    onTestFinished(() => jobs.close());
    const keys = queueKeys('default');
    await redis.set(keys.sender('later'), '1');
    await jobs.add('batch', { layout: 2, sender: 'later' }, { jobId: 'later-1', removeOnComplete: true });
    await eventually(() => redis.exists(keys.answer('later-1'))).toBe(1);
    expect(answerOf((await redis.getBuffer(keys.answer('later-1')))!)).toMatchObject({
      fault: { meaning: 'bad-answer', message: expect.stringContaining('use the same version') },
    });
    const sender = await openQueueEmbedder({ address: queueAddress(queue), name: 'default' });
    onTestFinished(() => sender.close());
    await expect(sender.embed(['a'.repeat(17_000_000)])).rejects.toThrow('This text is too long for a queue');
  });

  test('drops the batches of a sender that is gone', async () => {
    const { queue, redis, server } = await startQueue();
    const connection = { host: '127.0.0.1', port: server.port, db: 3 };
    const { worker, stop } = await startWorker({ queue, ollamaUrl: [ollama.url] });
    const { embeds } = ollama.stats;
    const jobs = new Queue('default', { connection, prefix, skipMetasUpdate: true });
    onTestFinished(() => jobs.close());
    const data = {
      layout: 1,
      space: worker.state.space,
      sender: 'gone',
      texts: ['a'],
      tokens: 1,
      truncate: false,
    };
    const old = { timestamp: Date.now() - 60_000, removeOnComplete: true, removeOnFail: true };
    await jobs.add('batch', data, { ...old, jobId: 'gone-1' });
    await jobs.add('batch', { some: 'data' }, { ...old, jobId: 'strange' });
    await eventually(() => worker.result.dropped).toBe(2);
    expect(ollama.stats.embeds).toBe(embeds);
    await jobs.close();
    await stop();
    expect(await redis.keys('*')).toEqual([`${prefix}:default:space`]);
  });
});
