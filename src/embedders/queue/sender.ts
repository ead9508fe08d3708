// Sends batches to a queue and waits for their answers. A batch stays ours until its answer is in: where Redis has lost its
// job, as after a restart without persistence, it is sent again.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { debug } from '../../debug.js';
import { EmbedderFault } from '../../errors.js';
import type { RedisAddress } from '../../net/redis/address.js';
import { within } from '../../net/redis/time-limit.js';
import type { Priority } from '../../types/requests.js';
import { explained, queueConnection } from './connection.js';
import { keepJobs, removeEmptyQueue } from './expiry.js';
import { fetchAnswers } from './fetch-answers.js';
import { findJob } from './find-job.js';
import { answerOf, type BatchJob, type JobAnswer, jobData } from './job.js';
import { goneMs, lookAtQueue, nobodyWorks, type QueueState } from './look.js';
import { type QueueKeys, queuePrefix } from './names.js';
import { liveWorkers } from './presence.js';

/** Time between two looks at the queue, in ms. */
const lookMs = 1000;
/** Max time of a look, in ms; then Redis counts as lost. */
const silentMs = 5000;
/** A batch without an answer is looked for after this time, in ms: its job may be lost. */
const checkMs = 3000;
/** How long batches wait for Redis to be back, or for a worker, before they fail, in ms. */
const patienceMs = 15_000;
export interface SenderOptions {
  address: RedisAddress;
  name: string;
  keys: QueueKeys;
  redis: Redis;
  /** Id of the vector space that answers must be of. */
  space: string;
  /** The queue, as messages name it. */
  where: string;
  /** Called when workers came or went, or work can go on. */
  onChange(): void;
}

interface Pending {
  id: string;
  data: object;
  priority: Priority;
  /** When its job was added last, by `performance.now`. */
  since: number;
  resolve(answer: JobAnswer): void;
  reject(error: unknown): void;
}

export class QueueSender {
  readonly #id = randomBytes(8).toString('hex');
  readonly #options: SenderOptions;
  readonly #redis: Redis;
  readonly #blocked: Redis;
  readonly #queue: Queue;
  readonly #pending = new Map<string, Pending>();
  readonly #end = new AbortController();
  readonly #loops: Promise<void>[];
  #sent = 0;
  #state: QueueState = { workers: [], waiting: 0, isPaused: false };
  /** When a worker was there last that takes jobs, and when Redis answered last. */
  #staffed = performance.now();
  #met = performance.now();
  #lastError: unknown;
  #otherSpace = false;

  private constructor(options: SenderOptions, queue: Queue, blocked: Redis) {
    this.#options = options;
    this.#redis = options.redis;
    this.#queue = queue;
    this.#blocked = blocked;
    this.#redis.on('error', (error) => {
      this.#lastError = error;
    });
    // What was in Redis may be gone.
    this.#redis.on('ready', () => void this.#recover());
    blocked.on('error', () => undefined);
    queue.on('error', () => undefined);
    this.#loops = [this.#collectAll(), this.#lookAgain()];
  }

  static async open(options: SenderOptions): Promise<QueueSender> {
    const [{ Queue }, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    const queue = new Queue(options.name, {
      connection: options.redis,
      prefix: queuePrefix,
      skipVersionCheck: true,
      skipMetasUpdate: true,
    });
    const blocked = new Redis(queueConnection(options.address));
    const sender = new QueueSender(options, queue, blocked);
    await sender.look();
    return sender;
  }

  get state(): QueueState {
    return this.#state;
  }

  /** Whether a worker takes batches. */
  get isStaffed(): boolean {
    return !this.#state.isPaused && this.#state.workers.some(({ rests }) => rests === '');
  }

  /** Batches that wait for an answer. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /**
   * @returns the answer; its vectors are not accepted yet
   * @throws {EmbedderFault} the worker's; `unreachable` when there is no worker or no Redis for a while; `bad-input` when it is
   * too large for a job
   * @throws the signal's reason
   */
  async send(
    job: Omit<BatchJob, 'space' | 'sender'>,
    priority: Priority,
    signal?: AbortSignal,
  ): Promise<JobAnswer> {
    signal?.throwIfAborted();
    this.#end.signal.throwIfAborted();
    const id = `${this.#id}-${(this.#sent++).toString(36)}`;
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<JobAnswer>((resolve, reject) => {
        const pending = {
          id,
          data: jobData({ ...job, space: this.#options.space, sender: this.#id }),
          priority,
          since: performance.now(),
          resolve,
          reject,
        };
        onAbort = () => reject(signal?.reason);
        signal?.addEventListener('abort', onAbort, { once: true });
        this.#pending.set(id, pending);
        void this.#add(pending);
      });
    } catch (error) {
      // Nobody waits for it any more. One that a worker has taken can't be removed: its answer expires.
      void within(silentMs, this.#queue.remove(id)).catch(() => undefined);
      throw error;
    } finally {
      this.#pending.delete(id);
      if (onAbort) signal?.removeEventListener('abort', onAbort);
    }
  }

  async #add(pending: Pending): Promise<void> {
    const { id, data, priority } = pending;
    pending.since = performance.now();
    try {
      await this.#queue.add('batch', data, {
        jobId: id,
        removeOnComplete: true,
        removeOnFail: true,
        ...(priority > 0 && { priority }),
      });
      await keepJobs(this.#redis, this.#options.keys, [id]);
    } catch (error) {
      if (!(error instanceof Error) || this.#end.signal.aborted) return;
      const { message, cause } = explained(error, this.#options.address);
      const isFull = /^OOM\b/.test(error.message);
      // As when Redis is away: the looks send it again, or give up, as Redis refuses them, too.
      if (!isFull && cause instanceof EmbedderFault) return;
      pending.reject(new EmbedderFault(isFull ? 'busy' : 'unreachable', message, { cause }));
    }
  }

  /** Takes answers as they come. */
  async #collectAll(): Promise<void> {
    const { keys } = this.#options;
    const list = keys.answered(this.#id);
    while (!this.#end.signal.aborted) {
      try {
        const first = await this.#blocked.blpop(list, 5);
        // The next one is waited for meanwhile, so that a long way to Redis is gone only once.
        if (first !== null) void this.#fetch(list, first[1]);
      } catch {
        await sleep(100, undefined, { signal: this.#end.signal }).catch(() => undefined);
      }
    }
  }

  /** What is lost on the way is found by the next look. */
  async #fetch(list: string, first: string): Promise<void> {
    const { keys } = this.#options;
    const answers = await fetchAnswers(this.#redis, keys, list, first).catch(() => []);
    for (const [id, bytes] of answers) this.#take(id, bytes);
  }

  /** An answer that nobody waits for has come late: it is dropped. */
  #take(id: string, bytes: Buffer): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    const answer = answerOf(bytes);
    const said = `${this.#options.where} holds an answer that can't be read: all workers need this version.`;
    if (answer) pending.resolve(answer);
    else pending.reject(new EmbedderFault('bad-answer', said));
  }

  /** Looks at the queue every second, and sends again what it has lost. */
  async #lookAgain(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await sleep(lookMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.look().catch((error: unknown) => {
        this.#lastError ??= error;
      });
      this.#giveUp();
      this.#options.onChange();
    }
  }

  /** Tells that this sender lives, and learns what the queue holds. */
  async look(): Promise<void> {
    const { keys } = this.#options;
    const { space, ...state } = await within(silentMs, lookAtQueue(this.#redis, keys, this.#id));
    this.#met = performance.now();
    this.#lastError = undefined;
    this.#otherSpace = space !== undefined && space !== this.#options.space;
    this.#state = state;
    if (this.isStaffed) this.#staffed = performance.now();
    await within(silentMs, this.#check(performance.now() - checkMs));
    await within(silentMs, keepJobs(this.#redis, keys, [...this.#pending.keys()]));
  }

  /** After a restart of Redis, nothing waits for the next look. */
  async #recover(): Promise<void> {
    const { keys } = this.#options;
    const again = async () => {
      await this.#redis.set(keys.sender(this.#id), '1', 'PX', goneMs);
      await this.#check(Number.POSITIVE_INFINITY);
    };
    await within(silentMs, again()).catch(() => undefined);
  }

  /** Sends those again that were sent before `until`, and of which Redis knows neither the job nor an answer. */
  async #check(until: number): Promise<void> {
    const parts = { redis: this.#redis, queue: this.#queue, keys: this.#options.keys };
    const old = [...this.#pending.values()].filter(({ since }) => since <= until);
    await Promise.all(
      old.map(async (pending) => {
        const { id, since } = pending;
        const found = await findJob(parts, id, performance.now() - since);
        if (found instanceof Buffer) return this.#take(id, found);
        if (found === 'there' || this.#pending.get(id) !== pending) return;
        debug.embedder?.(`${this.#options.where} has lost a batch: sending it again`);
        await this.#add(pending);
      }),
    );
  }

  /** Fails what waits in vain: then the caller finds out whether waiting for longer was asked for. */
  #giveUp(): void {
    if (this.#pending.size === 0) return;
    const now = performance.now();
    const fault = this.#otherSpace
      ? new EmbedderFault('changed', `${this.#options.where} is of another vector space now.`)
      : now - this.#met > patienceMs
        ? new EmbedderFault('unreachable', explained(this.#lastError, this.#options.address).message)
        : now - this.#staffed > patienceMs
          ? new EmbedderFault('unreachable', this.noWorker())
          : undefined;
    if (fault) for (const { reject } of this.#pending.values()) reject(fault);
  }

  /** Why nobody works, as a sentence. */
  noWorker(): string {
    const { where, name } = this.#options;
    if (this.#state.isPaused) return `${where} is paused: resume it with what paused it, such as bull-board.`;
    return nobodyWorks(this.#state.workers, where, name);
  }

  /** Takes back what was not answered. Never throws. */
  async close(): Promise<void> {
    this.#end.abort(new Error('The embedder was closed.'));
    const { keys } = this.#options;
    const left = [...this.#pending.values()];
    for (const { reject } of left) reject(this.#end.signal.reason);
    const leave = async () => {
      await Promise.all(left.map(({ id }) => this.#queue.remove(id)));
      await this.#redis.del(keys.sender(this.#id), keys.answered(this.#id));
      if ((await liveWorkers(this.#redis, keys)).length === 0) await removeEmptyQueue(this.#redis, keys);
    };
    if (this.#redis.status === 'ready') await within(silentMs, leave()).catch(() => undefined);
    this.#blocked.disconnect();
    this.#redis.disconnect();
    await Promise.all(this.#loops);
  }
}
