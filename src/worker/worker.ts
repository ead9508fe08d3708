// src/worker: embeds for others, who put their batches into a queue.
//
// In: jobs of BullMQ. Out: answers in Redis, each under a key of its own. The worker has an embedder of its own, opened as
// a run opens one; batch-work.ts works on a batch, metrics-server.ts shows what it does.
// What must hold: what it takes is answered or goes back; a worker whose vectors aren't those of the queue takes nothing; one
// whose server is down rests until that is back.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Settings } from '../config/settings.js';
import { openQueueRedis, queueConnection, type RedisFacts, within } from '../embedders/queue/connection.js';
import { type QueueKeys, queueKeys, queuePrefix } from '../embedders/queue/names.js';
import {
  hideWorker,
  liveWorkers,
  showWorker,
  signMs,
  type WorkerState,
} from '../embedders/queue/presence.js';
import {
  differenceOf,
  publishedId,
  publishSpace,
  readSpace,
  spaceOfWorker,
} from '../embedders/queue/published-space.js';
import { maxEvents } from '../embedders/queue/sender.js';
import { EmbedderFault, UsageError, VectorSpaceError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import { BatchMetrics } from '../metrics/metrics.js';
import type { VectorSpace } from '../types/space.js';
import { queueAddress } from '../upstream/open-queue.js';
import { openUpstream, type Upstream } from '../upstream/upstream.js';
import { BatchWork } from './batch-work.js';

/** How long a batch is a worker's after its last sign of life, in ms. */
const usualLockMs = 10_000;
/** Max time for Redis at the end, in ms. */
const endMs = 5000;
const lookMs = 100;
/** First and longest pause before a server that is down is tried again, in ms. */
const restMs = 1000;
const longestRestMs = 15_000;
/** What a batch dies of is told its sender after three workers: BullMQ itself must not end it before. */
const neverFailed = 1_000_000;

export interface WorkerEvents extends RunEvents {
  /** It takes batches now. */
  ready(worker: WorkerAbout): void;
  /** It takes no more, and ends those that it has. */
  draining(): void;
}

/** What a worker is. */
export interface WorkerAbout {
  name: string;
  space: VectorSpace;
  /** The queue, password masked. */
  where: string;
  /** Batches at once, as it begins. */
  concurrency: number;
}

export interface RunWorkerOptions {
  /** `queue` names the queue; the rest, its embedder. */
  settings: Settings;
  /** @default host and process */
  name?: string | undefined;
  /** Publish another vector space than the queue has, while no other worker is there. @default false */
  rebuild?: boolean | undefined;
  /** Ends it, after what it has taken. */
  /** How long a batch is a worker's after its last sign of life, in ms; lost ones are looked for twice as often. @default 10_000 */
  lockMs?: number | undefined;
  signal: AbortSignal;
  events?: Partial<WorkerEvents> | undefined;
  /** Called when it takes batches. @default nothing */
  onStart?: ((worker: QueueWorker) => void) | undefined;
}

/** What a worker did, in all. */
export interface WorkerResult {
  name: string;
  /** Batches that were answered, and texts in them that got vectors. */
  batches: number;
  texts: number;
  /** Batches that went back to the queue, since its server was down. */
  returned: number;
  /** Batches that nobody waited for any more. */
  dropped: number;
}

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
  const { redis, facts } = await openQueueRedis(address, signal);
  const events = eventsFor(options.events);
  warnOfPolicy(facts, address.shown, events);
  const metrics = new BatchMetrics();
  // What came from the queue doesn't go into a queue, and its sender has the cache.
  const { queue: _, ...others } = settings;
  const own: Settings = { ...others, cache: 'none' };
  let upstream: Upstream | undefined;
  try {
    // Batches that are under way end after the signal.
    const ending = new AbortController();
    upstream = await openUpstream({ settings: own, metrics, signal: ending.signal, events });
    const worker = new QueueWorker({ ...options, address, keys, redis, upstream, metrics, ending });
    return await worker.run();
  } finally {
    await upstream?.close();
    redis.disconnect();
  }
}

function warnOfPolicy({ policy, maxMemory }: RedisFacts, shown: string, events: RunEvents): void {
  if (policy === '' || policy === 'noeviction') return;
  const now = maxMemory > 0 ? 'drops keys when its memory is full' : 'may drop keys when a bound is set';
  events.warning(
    `Redis at ${shown} ${now} (maxmemory-policy ${policy}), batches among them: give the queue a Redis with noeviction.`,
  );
}

interface Parts extends RunWorkerOptions {
  address: ReturnType<typeof queueAddress>;
  keys: QueueKeys;
  redis: Redis;
  upstream: Upstream;
  metrics: BatchMetrics;
  ending: AbortController;
}

export class QueueWorker {
  readonly metrics: BatchMetrics;
  readonly name: string;
  readonly where: string;
  readonly upstream: Upstream;
  readonly #parts: Parts;
  readonly #id = randomBytes(8).toString('hex');
  readonly #events: RunEvents;
  #space = '';
  #worker: Worker | undefined;
  #active = 0;
  #batches = 0;
  #texts = 0;
  #returned = 0;
  #dropped = 0;
  #rests = '';
  /** Redis is away, and isn't waited for any more. */
  #isOver = false;
  #resting: Promise<void> | undefined;

  constructor(parts: Parts) {
    const { settings, address, name = `${hostname().slice(0, 60)}-${process.pid}` } = parts;
    this.#parts = parts;
    this.metrics = parts.metrics;
    this.upstream = parts.upstream;
    this.name = name;
    this.where = `"${settings.queueName}" at ${address.shown}`;
    this.#events = eventsFor(parts.events);
  }

  /** What it says of itself to the others. */
  get state(): WorkerState {
    return {
      id: this.#id,
      name: this.name,
      space: this.#space,
      concurrency: this.#worker?.concurrency ?? 1,
      active: this.#active,
      batches: this.#batches,
      texts: this.#texts,
      rests: this.#rests,
    };
  }

  get result(): WorkerResult {
    return {
      name: this.name,
      batches: this.#batches,
      texts: this.#texts,
      returned: this.#returned,
      dropped: this.#dropped,
    };
  }

  async run(): Promise<WorkerResult> {
    const { signal, events, keys, redis, ending, onStart } = this.#parts;
    this.#space = await this.#join();
    const worker = this.#start();
    await showWorker(redis, keys, this.state);
    const { space } = this.upstream;
    events?.ready?.({ name: this.name, space, where: this.where, concurrency: worker.concurrency });
    onStart?.(this);
    const over = new AbortController();
    const signs = this.#giveSigns(over.signal);
    try {
      if (!signal.aborted)
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
      events?.draining?.();
      await this.#drain(worker);
    } finally {
      over.abort();
      ending.abort(new Error('The worker has ended.'));
      await signs;
    }
    return this.result;
  }

  /** Publishes its vector space where it is the first. @returns the id of the queue's space */
  async #join(): Promise<string> {
    const { keys, redis, rebuild } = this.#parts;
    const own = spaceOfWorker(this.upstream.embedder, this.upstream.space);
    await publishSpace(redis, keys, own);
    const known = await readSpace(redis, keys);
    const difference =
      known === undefined || known === 'unknown' ? 'another version published it' : differenceOf(known, own);
    if (difference === undefined) return (known as typeof own).space.id;
    const others = await liveWorkers(redis, keys);
    if (rebuild && others.length === 0) {
      await redis.del(keys.space);
      return await this.#join();
    }
    const way = rebuild
      ? `end its ${others.length} workers first`
      : 'use what the other workers have, another queue with --queue-name, or --rebuild once they have ended';
    throw new VectorSpaceError(`The queue ${this.where} is of another vector space (${difference}): ${way}.`);
  }

  #start(): Worker {
    const { settings, address, keys, redis, upstream, metrics, ending, lockMs = usualLockMs } = this.#parts;
    const { embedder, limits } = upstream;
    const work = new BatchWork({
      id: this.#id,
      keys,
      redis,
      embedder,
      limits,
      metrics,
      space: this.#space,
      signal: ending.signal,
      onDown: (fault) => this.#rest(fault),
      onAnswer: (texts) => {
        this.#batches++;
        this.#texts += texts;
        worker.concurrency = limits.concurrency;
      },
      onDropped: () => {
        this.#dropped++;
      },
      onReturned: () => {
        this.#returned++;
      },
    });
    const worker: Worker = new Worker(
      settings.queueName,
      async (job, token) => {
        this.#active++;
        try {
          await work.work(job, token);
        } finally {
          this.#active--;
        }
      },
      {
        connection: queueConnection(address, () => this.#isOver),
        prefix: queuePrefix,
        name: this.name,
        concurrency: limits.concurrency,
        lockDuration: lockMs,
        stalledInterval: lockMs / 2,
        maxStalledCount: neverFailed,
        runRetryDelay: 1000,
        skipVersionCheck: true,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
    );
    // An error of Redis passes, or shows itself in what is asked of it.
    worker.on('error', () => undefined);
    this.#worker = worker;
    return worker;
  }

  /** Takes no batches until its server answers again. */
  #rest(fault: EmbedderFault): void {
    const { ending } = this.#parts;
    if (this.#resting || this.#rests !== '' || ending.signal.aborted) return;
    this.#rests = fault.message;
    this.#events.warning(`Taking no batches until the server is back: ${fault.message}`);
    this.#resting = this.#untilBack(ending.signal).finally(() => {
      this.#resting = undefined;
    });
  }

  async #untilBack(signal: AbortSignal): Promise<void> {
    const { redis, keys } = this.#parts;
    const { embedder, canary } = this.upstream;
    const show = () => within(endMs, showWorker(redis, keys, this.state)).catch(() => undefined);
    await Promise.all([this.#worker?.pause(true), show()]);
    for (let pauseMs = restMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestRestMs)) {
      try {
        await sleep(pauseMs, undefined, { signal });
        embedder.resetBreakers?.();
        await embedder.embed([canary], { signal });
        this.#rests = '';
        this.#events.notice('The server answers again: taking batches.');
        this.#worker?.resume();
        await show();
        return;
      } catch (error) {
        if (error instanceof EmbedderFault) this.#rests = error.message;
      }
    }
  }

  /** Says every two seconds that it lives, and that the queue is still of its space. */
  async #giveSigns(over: AbortSignal): Promise<void> {
    const { redis, keys } = this.#parts;
    while (!over.aborted) {
      await sleep(signMs, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      await within(endMs, this.#sign(redis, keys)).catch(() => undefined);
    }
  }

  async #sign(redis: Redis, keys: QueueKeys): Promise<void> {
    await showWorker(redis, keys, this.state);
    await redis.hset(keys.bull('meta'), 'opts.maxLenEvents', maxEvents);
    // A Redis that restarted without persistence has forgotten it.
    if ((await publishedId(redis, keys)) === undefined) {
      await publishSpace(redis, keys, spaceOfWorker(this.upstream.embedder, this.upstream.space));
    }
  }

  /** Resolves when Redis has been away for a while: then no answer can be stored any more. */
  async #lost(until: Promise<unknown>): Promise<void> {
    const { redis } = this.#parts;
    let isEnded = false;
    void until.finally(() => {
      isEnded = true;
    });
    for (let awayMs = 0; awayMs < endMs && !isEnded; ) {
      await sleep(lookMs);
      awayMs = redis.status === 'ready' ? 0 : awayMs + lookMs;
    }
  }

  /** Ends what it has taken, and leaves. The last one takes along what BullMQ keeps of an empty queue. */
  async #drain(worker: Worker): Promise<void> {
    const { redis, keys } = this.#parts;
    // Without Redis, BullMQ may wait for the end of a connection that has ended already.
    const closed = worker.close();
    await Promise.race([closed, this.#lost(closed)]);
    this.#isOver = true;
    const leave = async () => {
      await hideWorker(redis, keys, this.#id);
      const [workers, ...left] = await Promise.all([
        liveWorkers(redis, keys),
        redis.llen(keys.bull('wait')),
        redis.llen(keys.bull('active')),
        redis.zcard(keys.bull('prioritized')),
      ]);
      if (workers.length > 0 || left.some((count) => count > 0)) return;
      await redis.del(['meta', 'events', 'marker', 'stalled-check', 'stalled', 'pc', 'id'].map(keys.bull));
    };
    if (redis.status === 'ready') await within(endMs, leave()).catch(() => undefined);
  }
}
