// One worker at work: takes batches, rests while its server is down, and says that it lives.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { explained, queueConnection } from '../embedders/queue/connection.js';
import { type QueueKeys, queuePrefix } from '../embedders/queue/names.js';
import { showWorker, signMs, type WorkerState } from '../embedders/queue/presence.js';
import { type PublishedSpace, spaceOfWorker } from '../embedders/queue/published-space.js';
import { EmbedderFault } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import type { BatchMetrics } from '../metrics/metrics.js';
import type { RedisAddress } from '../net/redis/address.js';
import { within } from '../net/redis/time-limit.js';
import type { Upstream } from '../upstream/upstream.js';
import { BatchWork } from './batch-work.js';
import { giveSign, join, leave } from './membership.js';
import type { RunWorkerOptions, WorkerResult } from './options.js';
import { SteadyWorker } from './steady-worker.js';
import { dropUnreadable } from './unreadable.js';

/** How long a batch is a worker's after its last sign of life, in ms. */
const usualLockMs = 10_000;
/** Max time for Redis to say what the queue is, in ms. */
const joinMs = 15_000;
/** Max time for Redis at the end, in ms. */
const endMs = 5000;
const lookMs = 100;
/** First and longest pause before a server that is down is tried again, in ms. */
const restMs = 1000;
const longestRestMs = 15_000;
/** What a batch dies of is told its sender after three workers: BullMQ itself must not end it before. */
const neverFailed = 1_000_000;

interface Parts extends Omit<RunWorkerOptions, 'metrics'> {
  address: RedisAddress;
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
  /** What the queue's first worker published, which this one is like. */
  #published: PublishedSpace | undefined;
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
      space: this.#published?.space.id ?? '',
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
    const { signal, events, keys, redis, ending, onStart, address, rebuild = false } = this.#parts;
    const own = spaceOfWorker(this.upstream.embedder, this.upstream.space);
    const joined = within(joinMs, join({ redis, keys, own, where: this.where, rebuild }));
    this.#published = await joined.catch((error: unknown) => {
      throw explained(error, address);
    });
    const worker = this.#start();
    await within(endMs, showWorker(redis, keys, this.state)).catch(() => undefined);
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

  #start(): Worker {
    const { settings, address, keys, redis, upstream, metrics, ending, lockMs = usualLockMs } = this.#parts;
    const { embedder, limits } = upstream;
    const work = new BatchWork({
      id: this.#id,
      keys,
      redis,
      // BullMQ's type of it lacks most commands.
      ending: () => worker.client as Promise<unknown> as Promise<Redis>,
      embedder,
      limits,
      metrics,
      space: this.#published!.space.id,
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
    const worker: Worker = new SteadyWorker(
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
    worker.on('stalled', (id) => void dropUnreadable(redis, keys, id).catch(() => undefined));
    this.#worker = worker;
    return worker;
  }

  /** Takes no batches until its server answers again. */
  #rest(fault: EmbedderFault): void {
    const { ending } = this.#parts;
    if (this.#resting || this.#rests !== '' || ending.signal.aborted) return;
    this.#rests = fault.message;
    this.#events.warning(`Taking no batches until the server is back: ${fault.message}`, 'worker-rests');
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
        this.#events.notice('The server answers again: taking batches.', 'worker-goes-on');
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
      await within(endMs, giveSign(redis, keys, this.state, this.#published!)).catch(() => undefined);
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
    if (redis.status === 'ready') await within(endMs, leave(redis, keys, this.#id)).catch(() => undefined);
  }
}
