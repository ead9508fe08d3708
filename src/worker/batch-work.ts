// Works on one batch of the queue: embeds it and stores the answer, or gives it back.
import { type Job, WaitingError } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Limits } from '../batching/limiter/limiter-registry.js';
import { withSlots } from '../batching/unpooled-slots.js';
import { debug } from '../debug.js';
import { answerBytes, type BatchJob, type JobAnswer, jobOf, senderOf } from '../embedders/queue/job.js';
import type { QueueKeys } from '../embedders/queue/names.js';
import { EmbedderFault } from '../errors.js';
import { policyOf } from '../fault-policy.js';
import type { BatchMetrics } from '../metrics/metrics.js';
import type { Embedder } from '../types/embedder.js';
import type { Slot, SlotLimits, Slots } from '../types/requests.js';

/** How long an answer waits for its sender, in ms. */
const answerMs = 120_000;
/** How long the list of a sender's answers outlives the last of them, in ms. */
const listMs = 120_000;
/** A batch that waited for less, in ms, has a sender. */
const freshMs = 5000;
/** So many workers may die or hang with a batch before its texts are the cause. */
const maxDeaths = 3;
/** So often a batch is given back, as its worker's server is down; then its sender is told. */
const maxReturns = 3;

const unread = "A worker can't read this batch: use the same version of embed on all hosts.";

/**
 * Stores an answer and says so. A script, since ioredis sends it again after a connection broke, which it doesn't do with
 * a transaction. Keys: the answer's, the sender's list. Arguments: the answer, the job, how long each key stays.
 */
const store = `
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[4])`;

export interface WorkOptions {
  id: string;
  keys: QueueKeys;
  redis: Redis;
  /** The connection on which BullMQ ends jobs. */
  ending(): Promise<Pick<Redis, 'eval'>>;
  embedder: Embedder;
  limits: Limits;
  metrics: BatchMetrics;
  /** Id of the space that the queue has. */
  space: string;
  /** Called when the server can't be used now: the worker rests. */
  onDown(fault: EmbedderFault): void;
  /** Called when a batch was answered. */
  onAnswer(texts: number): void;
  /** Called when one was not worked on, since nobody waits for it any more. */
  onDropped(): void;
  /** Called when one goes back to the queue. */
  onReturned(): void;
  signal: AbortSignal;
}

export class BatchWork {
  readonly #options: WorkOptions;
  readonly #embedder: ReturnType<typeof withSlots>;
  readonly #slots: Slots;
  readonly #limits: SlotLimits;

  constructor(options: WorkOptions) {
    const { embedder, limits, metrics } = options;
    this.#options = options;
    this.#embedder = withSlots(embedder);
    this.#slots = this.#embedder.slots;
    this.#limits = { of: (endpoint) => limits.of(endpoint), hedged: () => metrics.hedged() };
  }

  /**
   * Resolves when the answer is on its way, on the connection on which the job is ended after it: so the end never comes
   * before the answer, and takes no round trip more.
   * @throws {WaitingError} when the batch went back to the queue
   */
  async work(job: Job, token: string | undefined): Promise<void> {
    const { space, onAnswer, onDropped } = this.#options;
    const batch = jobOf(job.data);
    if (!batch) return await this.#refuse(job);
    if (await this.#isNeedless(job, batch)) return onDropped();
    const answer = await this.#answerFor(job, batch, space);
    if (answer === undefined) return await this.#giveBack(job, token);
    this.#store(await this.#options.ending(), job.id!, batch.sender, answer);
    onAnswer('vectors' in answer ? batch.texts.length : 0);
  }

  /** What can't be read was made by another version or a stranger. A sender that lives must not wait for it for ever. */
  async #refuse({ id, data }: Job): Promise<void> {
    const { id: worker, redis, keys, ending, onDropped } = this.#options;
    const sender = senderOf(data);
    if (sender !== undefined && (await redis.exists(keys.sender(sender))) > 0) {
      this.#store(await ending(), id!, sender, {
        worker,
        ms: 0,
        fault: new EmbedderFault('bad-answer', unread),
      });
    }
    onDropped();
  }

  /** Whether its sender is gone, or another worker has answered it meanwhile. */
  async #isNeedless({ id, timestamp, attemptsStarted }: Job, { sender }: BatchJob): Promise<boolean> {
    const { redis, keys } = this.#options;
    const age = Date.now() - timestamp;
    // Clocks of hosts differ.
    if (attemptsStarted <= 1 && age >= 0 && age < freshMs) return false;
    const [lives, answered] = await Promise.all([
      redis.exists(keys.sender(sender)),
      redis.exists(keys.answer(id!)),
    ]);
    return lives === 0 || answered > 0;
  }

  /** Undefined when another worker may do better. */
  async #answerFor(job: Job, batch: BatchJob, space: string): Promise<JobAnswer | undefined> {
    const { id: worker, onDown, signal } = this.#options;
    const start = performance.now();
    const say = (fault: EmbedderFault): JobAnswer => ({ worker, ms: performance.now() - start, fault });
    if (job.stalledCounter >= maxDeaths) {
      return say(
        new EmbedderFault('bad-input', `${job.stalledCounter} workers died or hung with these texts.`),
      );
    }
    if (batch.space !== space) {
      return say(new EmbedderFault('changed', 'The workers of the queue have another vector space now.'));
    }
    try {
      const vectors = await this.#embed(batch);
      return { worker, ms: performance.now() - start, vectors };
    } catch (error) {
      const fault =
        error instanceof EmbedderFault
          ? error
          : new EmbedderFault(
              'bad-answer',
              `A worker failed: ${error instanceof Error ? error.message : error}`,
            );
      if (signal.aborted || !isOfServer(fault)) return say(fault);
      onDown(fault);
      return job.attemptsStarted > maxReturns ? say(fault) : undefined;
    }
  }

  async #embed({ texts, tokens, truncate, dimensions, leastMs, onceLate }: BatchJob) {
    const { metrics, signal, limits } = this.#options;
    const slot: Slot | undefined = this.#slots.next(this.#limits)?.take();
    metrics.sent({ texts: texts.length, tokens, maxTexts: limits.batchSize });
    const start = performance.now();
    try {
      const vectors = await this.#embedder.embed(texts, {
        tokens,
        truncate,
        dimensions,
        leastMs,
        onceLate,
        signal,
        ...(slot && { slot }),
      });
      metrics.answered({ texts: texts.length, tokens, ms: performance.now() - start });
      return vectors;
    } catch (error) {
      if (error instanceof EmbedderFault) metrics.failed({ texts: texts.length, meaning: error.meaning });
      throw error;
    } finally {
      slot?.release();
    }
  }

  async #giveBack(job: Job, token: string | undefined): Promise<never> {
    this.#options.onReturned();
    await job.moveToWait(token);
    throw new WaitingError();
  }

  #store(redis: Pick<Redis, 'eval'>, job: string, sender: string, answer: JobAnswer): void {
    const { keys } = this.#options;
    redis
      .eval(store, 2, keys.answer(job), keys.answered(sender), answerBytes(answer), job, answerMs, listMs)
      // Its sender finds neither job nor answer, and sends it again.
      .catch((error: unknown) => debug.embedder?.(`an answer could not be stored: ${error}`));
  }
}

/** Whether the server, and not the texts or their number, is the cause: another worker may have a better one. */
function isOfServer(fault: EmbedderFault): boolean {
  const { ofText, overload } = policyOf(fault);
  return overload === undefined && (ofText === 'never' || ofText === 'perhaps');
}
