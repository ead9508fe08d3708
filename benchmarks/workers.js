// What a queue costs, and how far workers carry: `node benchmarks/workers.js [--rounds 3] [--workers 1,2,4,8]`. Needs
// redis-server. The embedder of each worker takes 50 ms a batch, one after the other, so that the servers are known and the queue alone is measured.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { BatchOrchestrator } from '../dist/orchestrator/orchestrator.js';
import { knownCost } from './lib/known-cost.js';
import { interleave, median, ratios } from './lib/statistics.js';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '1,2,4,8' },
  },
});
const rounds = Number(flags.rounds);
const crowd = flags.workers.split(',').map(Number);

const batchSize = 32;
const batchMs = 50;
/** Batches for each worker. */
const perWorker = 60;
const instantTexts = 64_000;
const textBytes = 500;

const workerFile = fileURLToPath(new URL('servers/worker.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'embed-benchmark-'));
const port = await freePort();
const queue = `redis://127.0.0.1:${port}/3`;
const started = [start('redis-server', ['--port', `${port}`, '--save', '', '--dir', folder])];
process.once('exit', () => {
  for (const one of started) one.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
const redis = new Redis({ port, retryStrategy: () => 100, maxRetriesPerRequest: null });
await redis.ping();

const speeds = await interleave(rounds, {
  direct: () => direct(),
  ...Object.fromEntries(
    crowd.map((count) => [`${count}`, () => through(count, batchMs, count * perWorker * batchSize)]),
  ),
  instant: () => through(1, 0, instantTexts),
});
const speed = (name) => speeds[name].map(({ perSecond }) => perSecond);
const show = (words, values, unit) => console.log(`${words.padEnd(52)} ${median(values).toFixed(3)} ${unit}`);
show('one embedder, asked directly', speed('direct'), 'texts/s');
for (const count of crowd) {
  show(`${count} workers`, speed(`${count}`), 'texts/s');
  const share = ratios(speed(`${count}`), speed('direct')).map((ratio) => ratio / count);
  show(`${count} workers / as many embedders, asked directly`, share, '×');
}
show('an instant worker', speed('instant'), 'texts/s');
const memory = Object.values(speeds)
  .flat()
  .filter(({ memory }) => memory !== undefined);
show(
  'used_memory, most above the start / in flight',
  memory.map(({ memory }) => memory),
  '×',
);
redis.disconnect();
process.exit(0);

/** The same orchestrator and embedder, in one process. */
async function direct() {
  const orchestrator = new BatchOrchestrator(
    { cache: 'none', batchSize, concurrency: 2, cacheMaxMemoryMb: 0 },
    { embedder: knownCost(batchMs) },
  );
  return await measured(orchestrator, perWorker * batchSize);
}

async function through(count, ms, texts) {
  const workers = await Promise.all(Array.from({ length: count }, () => startWorker(ms)));
  const before = await usedMemory();
  let most = before;
  const timer = setInterval(async () => {
    most = Math.max(most, await usedMemory());
  }, 20);
  const orchestrator = new BatchOrchestrator({ cache: 'none', queue, batchSize, cacheMaxMemoryMb: 0 });
  const { perSecond } = await measured(orchestrator, texts);
  clearInterval(timer);
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('close', resolve))));
  // Of each slot, the texts and the vectors; a slot more for each worker.
  const inFlight = count * 3 * batchSize * (textBytes + 384 * 4);
  return { perSecond, memory: (most - before) / inFlight };
}

async function measured(orchestrator, count) {
  const texts = Array.from({ length: count }, (_, index) => `${index} `.padEnd(textBytes, `w${index % 97} `));
  await orchestrator.start();
  const begin = performance.now();
  await orchestrator.embed(texts);
  const seconds = (performance.now() - begin) / 1000;
  await orchestrator.stop();
  return { perSecond: count / seconds };
}

async function usedMemory() {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))[1]);
}

async function startWorker(ms) {
  const worker = start(process.execPath, [workerFile, queue, `${ms}`]);
  started.push(worker);
  await new Promise((resolve, reject) => {
    worker.stdout.once('data', resolve);
    worker.once('close', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
  return worker;
}

function start(file, args) {
  return spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return free;
}
