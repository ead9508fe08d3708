// src/worker: embeds for others, who put their batches into a queue.
//
// In: jobs of BullMQ. Out: answers in Redis, each under a key of its own. The worker has an embedder of its own, opened as
// a run opens one. queue-worker.ts takes the jobs, batch-work.ts works on one, membership.ts keeps all workers alike, and
// metrics-server.ts shows what it does.
// What must hold: what it takes is answered or goes back; a worker whose vectors aren't those of the queue takes nothing; one
// whose server is down rests until that is back.
import type { Settings } from '../config/settings.js';
import { queueAddress } from '../embedders/queue/address.js';
import { openQueueRedis, type RedisFacts } from '../embedders/queue/connection.js';
import { queueCounts } from '../embedders/queue/counts.js';
import { queueKeys } from '../embedders/queue/names.js';
import { UsageError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import { BatchMetrics } from '../metrics/metrics.js';
import { within } from '../net/redis/time-limit.js';
import { waitFor } from '../upstream/outage.js';
import { openUpstream, type Upstream } from '../upstream/upstream.js';
import type { RunWorkerOptions, WorkerResult } from './options.js';
import { QueueWorker } from './queue-worker.js';

/**
 * Resolves when the signal has come, and what was taken is answered.
 * @throws {UsageError} when no queue is named
 * @throws {ServiceError} when Redis or the embedder can't be used
 * @throws {VectorSpaceError} when the queue is of another vector space
 */
export async function runWorker(options: RunWorkerOptions): Promise<WorkerResult> {
  const { settings, signal } = options;
  if (settings.queue === undefined) {
    throw new UsageError('Name the queue with --queue or EMBED_QUEUE, e.g. redis://127.0.0.1:6379/3.');
  }
  const address = queueAddress(settings.queue);
  const keys = queueKeys(settings.queueName);
  const events = eventsFor(options.events);
  const waiting = { timeoutMs: settings.waitForServer, signal, events };
  const { redis, facts } = await waitFor(() => openQueueRedis(address, signal), waiting);
  warnOfPolicy(facts, address.shown, events);
  const metrics = new BatchMetrics();
  // What came from the queue doesn't go into a queue, and its sender has the cache.
  const { queue: _, ...others } = settings;
  const own: Settings = { ...others, cache: 'none' };
  let upstream: Upstream | undefined;
  try {
    // Batches that are under way end after the signal.
    const ending = new AbortController();
    const { embedder } = options;
    // One that still waits for its server has taken nothing.
    const stop = () => ending.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    upstream = await openUpstream({ settings: own, embedder, metrics, signal: ending.signal, events });
    signal.removeEventListener('abort', stop);
    const worker = new QueueWorker({ ...options, address, keys, redis, upstream, metrics, ending });
    if (options.metrics === undefined) return await worker.run();
    const { serveMetrics } = await import('./metrics-server.js');
    const counts = () => within(countsMs, queueCounts(redis, keys));
    const shown = await serveMetrics({ ...options.metrics, worker, counts });
    options.events?.showing?.(shown.url);
    return await worker.run().finally(() => shown.close());
  } catch (error) {
    // Told to end while it waited for its server.
    if (upstream !== undefined || !signal.aborted) throw error;
    return { name: options.name ?? '', batches: 0, texts: 0, returned: 0, dropped: 0 };
  } finally {
    await upstream?.close();
    redis.disconnect();
  }
}

/** Max time of Redis to say what the queue holds, in ms. */
const countsMs = 2000;

function warnOfPolicy({ policy, maxMemory }: RedisFacts, shown: string, events: RunEvents): void {
  if (policy === '' || policy === 'noeviction') return;
  const now = maxMemory > 0 ? 'drops keys when its memory is full' : 'may drop keys when a bound is set';
  events.warning(
    `Redis at ${shown} ${now} (maxmemory-policy ${policy}), batches among them: give the queue a Redis with noeviction.`,
    'queue-may-drop',
  );
}
