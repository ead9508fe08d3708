// A Redis with a queue, workers of known cost that are processes of their own, and one run of a sender over them.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { BatchOrchestrator } from '../../dist/orchestrator/orchestrator.js';
import { badNetwork } from './bad-network.js';
import { knownCost } from './known-cost.js';
import { processorSeconds } from './process.js';

export const batchSize = 32;
const textBytes = 500;
const dimensions = 384;

const workerFile = fileURLToPath(new URL('../servers/worker.js', import.meta.url));

/** Texts of one run, and the vectors that each must get. */
async function sample(count) {
  const texts = Array.from({ length: count }, (_, index) => `${index} `.padEnd(textBytes, `w${index % 97} `));
  return { texts, right: await knownCost(0).embed(texts) };
}

/** A text that got another vector than its own makes all figures worthless. */
function requireRight(vectors, right) {
  const wrong = right.findIndex(
    (vector, index) => Buffer.compare(bytes(vector), bytes(vectors[index])) !== 0,
  );
  if (wrong >= 0) throw new Error(`text ${wrong} got a wrong vector`);
}

const bytes = (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);

/**
 * @param laps how often the texts are sent, one after the other
 * @returns texts a second of one orchestrator
 */
async function measured(orchestrator, { texts, right }, laps = 1) {
  await orchestrator.start();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  for (let lap = 0; lap < laps; lap++) requireRight(await orchestrator.embed(texts), right);
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await orchestrator.stop();
  return { seconds, perSecond: (laps * texts.length) / seconds, senderCpu: (user + system) / 1e6 };
}

/** The embedder of a worker, asked in this process. */
export async function direct(batchMs, texts) {
  const orchestrator = new BatchOrchestrator(
    { cache: 'none', batchSize, concurrency: 2, cacheMaxMemoryMb: 0 },
    { embedder: knownCost(batchMs) },
  );
  return await measured(orchestrator, await sample(texts));
}

export class QueueBench {
  #folder = mkdtempSync(join(tmpdir(), 'embed-benchmark-'));
  #started = new Set();
  #server;
  redis;
  port;

  static async open() {
    const bench = new QueueBench();
    process.once('exit', () => bench.#end());
    bench.port = await freePort();
    bench.#server = bench.#start('redis-server', [
      ...['--port', `${bench.port}`, '--save', '', '--dir', bench.#folder],
    ]);
    bench.redis = new Redis({
      port: bench.port,
      db: 3,
      retryStrategy: () => 100,
      maxRetriesPerRequest: null,
    });
    await bench.redis.ping();
    return bench;
  }

  /**
   * @param count workers
   * @param batchMs time of a batch at each
   * @param texts of all together
   * @param options.network faults between Redis and all others
   * @param options.laps how often the texts are sent
   */
  async run(count, batchMs, texts, { network, laps } = {}) {
    const proxy = network && (await badNetwork(this.port, network));
    const queue = `redis://127.0.0.1:${proxy?.port ?? this.port}/3`;
    const workers = await Promise.all(Array.from({ length: count }, () => this.#hire(queue, batchMs)));
    const given = await sample(texts);
    const before = await this.#usedMemory();
    let most = before;
    const timer = setInterval(async () => {
      most = Math.max(most, await this.#usedMemory());
    }, 20);
    proxy?.begin();
    const redisCpu = processorSeconds(this.#server.pid);
    const workerCpu = workers.map(({ child }) => processorSeconds(child.pid));
    const orchestrator = new BatchOrchestrator({ cache: 'none', queue, batchSize, cacheMaxMemoryMb: 0 });
    const run = await measured(orchestrator, given, laps);
    clearInterval(timer);
    const cpu = {
      sender: run.senderCpu,
      redis: processorSeconds(this.#server.pid) - redisCpu,
      worker: workers.reduce(
        (sum, { child }, at) => sum + (processorSeconds(child.pid) ?? 0) - workerCpu[at],
        0,
      ),
    };
    for (const { child } of workers) child.kill('SIGTERM');
    const done = await Promise.all(workers.map(({ ended }) => ended));
    proxy?.close();
    const left = await this.redis.keys('*');
    // Of each slot, the texts and the vectors; a slot more for each worker.
    const inFlight = count * 3 * batchSize * (textBytes + dimensions * 4);
    const embedded = done.reduce((sum, { texts }) => sum + texts, 0);
    return { ...run, cpu, embedded, left, memory: (most - before) / inFlight };
  }

  /**
   * Batches one after the other on a few more lanes than the workers take, while workers get a signal each.
   * @param options.whenMs times of the signals
   * @returns how many batches there were, and how long each took, in ms, that took more than three seconds
   */
  async lose(count, batchMs, { whenMs, signal, forMs }) {
    const queue = `redis://127.0.0.1:${this.port}/3`;
    const workers = await Promise.all(Array.from({ length: count }, () => this.#hire(queue, batchMs)));
    const orchestrator = new BatchOrchestrator({
      ...{ cache: 'none', queue, batchSize, batchInterval: 0, cacheMaxMemoryMb: 0 },
    });
    await orchestrator.start();
    const begin = performance.now();
    const late = [];
    let batches = 0;
    const lane = async () => {
      while (performance.now() - begin < forMs) {
        const since = performance.now();
        const first = batches++ * batchSize;
        const texts = Array.from({ length: batchSize }, (_, at) => `${first + at} `.padEnd(textBytes, 'w'));
        requireRight(await orchestrator.embed(texts), await knownCost(0).embed(texts));
        const ms = performance.now() - since;
        if (ms > 3000) late.push(ms);
      }
    };
    const lanes = Promise.all(Array.from({ length: 2 * count + 2 }, lane));
    for (const [at, ms] of whenMs.entries()) setTimeout(() => workers[at].child.kill(signal), ms);
    await lanes;
    await orchestrator.stop();
    for (const { child } of workers.slice(0, whenMs.length)) child.kill('SIGKILL');
    for (const { child } of workers) child.kill('SIGTERM');
    await Promise.all(workers.map(({ ended }) => ended));
    return { batches, late };
  }

  async #usedMemory() {
    return Number(/used_memory:(\d+)/.exec(await this.redis.info('memory'))[1]);
  }

  async #hire(queue, batchMs) {
    const child = this.#start(process.execPath, [workerFile, queue, `${batchMs}`]);
    let said = '';
    const ready = new Promise((resolve, reject) => {
      child.stdout.on('data', (part) => {
        said += part;
        resolve();
      });
      child.once('close', (code) => reject(new Error(`a worker ended with ${code}`)));
    });
    // A worker that was killed says nothing of what it did.
    const ended = new Promise((resolve) => {
      child.once('close', () => {
        this.#started.delete(child);
        resolve(JSON.parse(said.split('\n')[1] || '{"texts":0}'));
      });
    });
    await ready;
    return { child, ended };
  }

  #start(file, args) {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#started.add(child);
    return child;
  }

  #end() {
    for (const one of this.#started) one.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
