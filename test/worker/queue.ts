// What the tests of workers share: a Redis, a scripted Ollama, and workers in this process.
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { loadSettings } from '../../src/config/load.js';
import type { Settings } from '../../src/config/settings.js';
import type { RunningWorker, RunWorkerOptions, WorkerResult } from '../../src/worker/options.js';
import { runWorker } from '../../src/worker/worker.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

export interface TestWorker {
  worker: RunningWorker;
  /** Ends it as SIGTERM does. */
  stop(): Promise<WorkerResult>;
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
