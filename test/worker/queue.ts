// What the tests of workers share: a Redis, a scripted Ollama, and workers in this process.
import { Redis } from 'ioredis';
import { beforeAll, onTestFinished } from 'vitest';
import { loadSettings } from '../../src/config/load.js';
import type { Settings } from '../../src/config/settings.js';
import type { RunningWorker, RunWorkerOptions, WorkerResult } from '../../src/worker/options.js';
import { runWorker } from '../../src/worker/worker.js';
import { makeWarmWorkspace } from '../helpers/cli.js';
import { startOllama } from '../helpers/ollama.js';
import { type RedisServer, redisAvailable, startRedis } from '../helpers/redis.js';
import { setUp, writeFiles } from '../ingest/run-workspace.js';

export interface TestWorker {
  worker: RunningWorker;
  /** Ends it as SIGTERM does. */
  stop(): Promise<WorkerResult>;
}

let isLoaded = false;

/** A workspace and a server for each test, as `setUp` makes them. */
export function setUpQueue(): void {
  setUp();
  beforeAll(loadQueue);
}

/**
 * Runs a worker here and a sender in the process of the command line, so that both have loaded what a queue needs: on a busy
 * machine, that took the first test most of its time, or all.
 */
async function loadQueue(): Promise<void> {
  if (isLoaded || !redisAvailable) return;
  isLoaded = true;
  const [server, ollama, workspace] = [await startRedis(), await startOllama(), makeWarmWorkspace()];
  const ending = new AbortController();
  try {
    const settings = await settingsOf({ queue: server.url, ollamaUrl: [ollama.url], model: 'all-minilm' });
    let ended: Promise<WorkerResult> | undefined;
    await new Promise((resolve, reject) => {
      ended = runWorker({ settings, signal: ending.signal, onStart: resolve });
      ended.catch(reject);
    });
    writeFiles(workspace.dir, { 'a.md': 'A text.\n' });
    await workspace.embed(['ingest', 'a.md', '--queue', server.url, '--cache', 'none']);
    ending.abort();
    await ended;
  } finally {
    ending.abort();
    await Promise.all([server.kill(), ollama.stop()]);
    workspace.remove();
  }
}

/** A Redis of its own for one test, whose database 3 holds the queue. */
export async function startQueue(): Promise<{ server: RedisServer; queue: string; redis: Redis }> {
  const server = await startRedis();
  const redis = new Redis({ host: '127.0.0.1', port: server.port, db: 3 });
  redis.on('error', () => undefined);
  onTestFinished(async () => {
    redis.disconnect();
    await server.kill();
  });
  return { server, queue: `${server.url}/3`, redis };
}

/** Settings as a command line without a file and an environment would have them. */
export async function settingsOf(flags: Partial<Record<keyof Settings, unknown>>): Promise<Settings> {
  return (await loadSettings({ flags, env: {} })).settings;
}

/** A worker in this process, which takes batches already. */
export async function startWorker(
  flags: Partial<Record<keyof Settings, unknown>>,
  options: Partial<RunWorkerOptions> = {},
): Promise<TestWorker> {
  const settings = await settingsOf({ maxRetries: '0', ...flags });
  const ending = new AbortController();
  let stopped: Promise<WorkerResult> | undefined;
  const worker = await new Promise<RunningWorker>((resolve, reject) => {
    stopped = runWorker({ settings, signal: ending.signal, onStart: resolve, ...options });
    stopped.catch(reject);
  });
  const stop = () => {
    ending.abort();
    return stopped!;
  };
  onTestFinished(() => stop().then(() => undefined));
  return { worker, stop };
}
