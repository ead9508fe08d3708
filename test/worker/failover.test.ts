// Redis fails over: another server takes the place of the one that had the queue, and the address leads to it.
import { connect, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { listening } from '../helpers/listening.js';
import { readOutput } from '../helpers/output.js';
import { type RedisServer, redisAvailable, startRedis } from '../helpers/redis.js';
import { markdown, ollama, out, workspace, writeFiles } from '../ingest/run-workspace.js';
import { setUpQueue, startWorker } from './queue.js';

setUpQueue();

/** An address that moves: open connections keep to where they were led. */
async function startAddress(first: RedisServer) {
  let target = first;
  const open = new Set<Socket>();
  const port = await listening((socket) => {
    const onward = connect(target.port, '127.0.0.1');
    open.add(socket);
    socket.pipe(onward).pipe(socket);
    onward.on('error', () => socket.destroy());
    onward.on('close', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      onward.destroy();
    });
  });
  return {
    queue: `redis://127.0.0.1:${port}/3`,
    moveTo: (server: RedisServer) => {
      target = server;
    },
  };
}

/** A primary and its replica, which has caught up. */
async function startPair() {
  const [primary, replica] = [await startRedis(['--repl-diskless-sync-delay', '0']), await startRedis()];
  onTestFinished(() => Promise.all([primary.kill(), replica.kill()]).then(() => undefined));
  const [a, b] = [primary, replica].map(({ port }) => new Redis({ host: '127.0.0.1', port })) as [
    Redis,
    Redis,
  ];
  onTestFinished(() => {
    a.disconnect();
    b.disconnect();
  });
  for (const one of [a, b]) one.on('error', () => undefined);
  await b.replicaof('127.0.0.1', primary.port);
  await eventually(async () => (await b.info('replication')).includes('master_link_status:up')).toBe(true);
  return { primary, replica, a, b };
}

test.runIf(redisAvailable).each(['is demoted', 'dies'])(
  'a run and its worker go on when the Redis of the queue %s, and its replica takes over',
  async (how) => {
    const { primary, replica, a, b } = await startPair();
    const { queue, moveTo } = await startAddress(primary);
    const refused = await workspace.embed(['worker', '--queue', replica.url]);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain(
      "refuses to take batches (READONLY You can't write against a read only replica): use a Redis that can be written",
    );
    writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 40) });
    const { stop } = await startWorker({ queue, ollamaUrl: [ollama.url] });
    const before = ollama.stats.embeds;
    const answer = hold(ollama, { when: (texts) => texts.some((text) => text.includes('alpha')) });
    const running = workspace.embed([
      'ingest',
      'docs',
      '--queue',
      queue,
      '--cache',
      'none',
      '--batch-size',
      '8',
    ]);
    await eventually(() => ollama.stats.embeds).toBeGreaterThan(before + 1);
    // What the primary has taken is at the replica, too: one that has just caught up is sent nothing for up to a second.
    await a.set('mark', '', 'PX', 60_000);
    expect(await a.wait(1, 20_000)).toBe(1);
    await b.replicaof('NO', 'ONE');
    moveTo(replica);
    // Clients keep their connections to a server that is a replica now.
    if (how === 'dies') await primary.kill();
    else await a.replicaof('127.0.0.1', replica.port);
    answer();
    const result = await running;
    expect(result, result.stderr).toMatchObject({ code: 0 });
    const { rows, vectors } = readOutput(out);
    expect(rows).toHaveLength(40);
    for (const [at, row] of rows.entries()) expect(vectors[at]).toEqual(ollama.vectorOf(row.text));
    await stop();
    // Nothing is left for good where the queue is now; a worker that ends while it connects again takes nothing along.
    await b.select(3);
    const names = await b.keys('*');
    const times = await Promise.all(names.map((name) => b.pttl(name)));
    expect(names.filter((_, at) => times[at] === -1)).toEqual(['{embed-queue}:default:space']);
  },
);
