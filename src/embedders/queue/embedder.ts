// src/embedders/queue: many hosts as one embedder, by a queue of BullMQ in Redis.
//
// In: batches of texts. Out: the vectors that a worker (src/worker) has made of them by its own embedder. What the workers
// are is published (published-space.ts), and who works, too (presence.ts). sender.ts adds jobs and takes answers;
// slots.ts lets as many under way as the workers can take; job.ts is the form of both.
// What must hold: a batch is the sender's until its answer is in, whatever becomes of Redis and of workers; an answer counts
// once; all vectors are of one space.
import { EmbedderFault, ServiceError } from '../../errors.js';
import { policyOf } from '../../fault-policy.js';
import type { RedisAddress } from '../../net/redis/address.js';
import { within } from '../../net/redis/time-limit.js';
import type { Embedder, EmbedOptions, EndpointState } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import type { Vector } from '../../types/vector.js';
import { accept } from '../guard/accept-vectors.js';
import { explained, openQueueRedis } from './connection.js';
import { nobodyWorks, wantWorkers } from './look.js';
import { queueKeys } from './names.js';
import { readSpace } from './published-space.js';
import { QueueSender } from './sender.js';
import { QueueSlot, QueueSlots } from './slots.js';

export interface QueueEmbedderOptions {
  address: RedisAddress;
  /** The queue's name. */
  name: string;
  signal?: AbortSignal | undefined;
}

export interface QueueEmbedder extends Embedder {
  /** What its workers published. */
  readonly space: VectorSpace;
  /** The queue, as messages name it. */
  readonly where: string;
}

/** What one worker has done for this sender. */
interface Share {
  requests: number;
  failures: number;
  /** Of its last answer. */
  msPerToken: number | undefined;
}

/** Time for reading what is published, in ms. */
const readMs = 5000;

/**
 * @throws {ServiceError} when Redis can't hold a queue, or no worker is there; its cause says whether that may pass
 * @throws {UsageError} when a queue can't be called so
 */
export async function openQueueEmbedder(options: QueueEmbedderOptions): Promise<QueueEmbedder> {
  const { address, name, signal } = options;
  const keys = queueKeys(name);
  const where = `The queue "${name}" at ${address.shown}`;
  const { redis } = await openQueueRedis(address, signal);
  try {
    const published = await within(readMs, readSpace(redis, keys));
    if (published === undefined) {
      await wantWorkers(redis, keys);
      throw absent(nobodyWorks([], where, name));
    }
    if (published === 'unknown') {
      throw new ServiceError(`${where} was published by another version: use the same one on all hosts.`);
    }
    const { space, counter, maxTokens, defaultChunkTokens } = published;
    const { id: _, canaries: __, ...identity } = space;
    const shares = new Map<string, Share>();
    const slots: QueueSlots = new QueueSlots(`${name} at ${address.shown}`, () => sender.state);
    const onChange = () => slots.changed();
    const sender = await QueueSender.open({ address, name, keys, redis, space: space.id, where, onChange });
    if (!sender.isStaffed) {
      if (sender.state.workers.length === 0) await wantWorkers(redis, keys);
      await sender.close();
      throw absent(sender.noWorker());
    }

    async function embed(texts: readonly string[], given: EmbedOptions = {}): Promise<Vector[]> {
      const tokens = given.tokens ?? texts.reduce((sum, text) => sum + counter.count(text), 0);
      const { truncate = false, dimensions, leastMs, onceLate = false, priority = 0 } = given;
      const job = { texts, tokens, truncate, dimensions, leastMs, onceLate };
      const limits = given.slot instanceof QueueSlot ? given.slot.limits : undefined;
      const start = performance.now();
      try {
        const answer = await sender.send(job, priority, given.signal);
        const share = shareOf(answer.worker);
        share.requests++;
        if ('fault' in answer) {
          share.failures++;
          throw answer.fault;
        }
        const asked = Math.min(dimensions ?? identity.dimensions, identity.dimensions);
        const vectors = accept([...answer.vectors], texts.length, asked, where);
        share.msPerToken = answer.ms / Math.max(1, tokens);
        limits?.answered({
          texts: texts.length,
          tokens,
          ms: performance.now() - start,
          inFlight: sender.inFlight + 1,
        });
        given.onAnswer?.();
        return vectors;
      } catch (error) {
        const overload = error instanceof EmbedderFault ? policyOf(error).overload : undefined;
        if (overload && !given.signal?.aborted) limits?.overloaded(overload);
        throw error;
      }
    }

    function shareOf(worker: string): Share {
      const known = shares.get(worker);
      if (known) return known;
      const share = { requests: 0, failures: 0, msPerToken: undefined };
      shares.set(worker, share);
      return share;
    }

    function endpoints(): EndpointState[] {
      return sender.state.workers.map(({ id, name, active, rests }) => ({
        url: name,
        weight: 1,
        breaker: rests === '' ? 'closed' : 'open',
        inFlight: active,
        ...shareOf(id),
      }));
    }

    return {
      identity,
      space,
      where,
      counter,
      maxTokens,
      defaultChunkTokens,
      slots,
      embed,
      endpoints,
      close: () => sender.close(),
    };
  } catch (error) {
    redis.disconnect();
    throw explained(error, address);
  }
}

function absent(message: string): ServiceError {
  return new ServiceError(message, { cause: new EmbedderFault('unreachable', message) });
}
