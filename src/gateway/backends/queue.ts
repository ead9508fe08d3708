// A queue as a backend: its workers have one model, which is described as Ollama describes one.
import type { Redis } from 'ioredis';
import { canonicalName } from '../../embedders/ollama/model-name.js';
import { queueAddress } from '../../embedders/queue/address.js';
import { openQueueRedis } from '../../embedders/queue/connection.js';
import { type QueueKeys, queueKeys } from '../../embedders/queue/names.js';
import { liveWorkers, type WorkerState } from '../../embedders/queue/presence.js';
import { type PublishedSpace, publishedId, readSpace } from '../../embedders/queue/published-space.js';
import { ServiceError } from '../../errors.js';
import { within } from '../../net/redis/time-limit.js';
import type { Backend, BackendState, ListPath, Passing } from './backend.js';
import { Liveness } from './liveness.js';
import type { DescribedModel } from './ollama-answers.js';
import { answerAlone, listOf } from './one-model.js';

/** Max time for Redis to answer, in ms. */
const askMs = 2000;

export class QueueBackend implements Backend {
  readonly embedder = 'queue';
  readonly hasServers = false;
  /** All workers of a queue have one vector space. */
  readonly servers = 1;
  readonly #redis: Redis;
  readonly #keys: QueueKeys;
  readonly #liveness = new Liveness(async () => {
    if (!(await this.#workers()).some(isReady)) throw new ServiceError('The queue has no worker.');
  });
  #published: PublishedSpace | undefined;

  private constructor(redis: Redis, keys: QueueKeys) {
    this.#redis = redis;
    this.#keys = keys;
    redis.on('error', () => undefined);
  }

  /** @throws {ServiceError} when its Redis can't hold a queue */
  static async open(queue: string, name: string): Promise<QueueBackend> {
    const keys = queueKeys(name);
    const { redis } = await openQueueRedis(queueAddress(queue));
    return new QueueBackend(redis, keys);
  }

  async modelOf(name: string | undefined): Promise<string | undefined> {
    const model = (await this.#space())?.space.model;
    return model !== undefined && (name === undefined || canonicalName(name) === canonicalName(model))
      ? model
      : undefined;
  }

  takes(texts: readonly string[]): boolean {
    return this.#published?.space.embedder === 'ollama' || !texts.includes('');
  }

  async #models(): Promise<DescribedModel[]> {
    const published = await this.#space();
    return published ? [described(published)] : [];
  }

  async list(path: ListPath): Promise<object> {
    return listOf(await this.#models(), path);
  }

  async pass(passing: Passing): Promise<void> {
    const models = () => this.#models();
    await answerAlone(passing, { models, modelOf: (name) => this.modelOf(name), what: 'the queue' });
  }

  isUp(): Promise<boolean> {
    return this.#liveness.isUp();
  }

  async state(): Promise<BackendState> {
    const workers = await this.#workers().catch(() => []);
    return { servers: workers.map((worker) => ({ url: worker.name, up: isReady(worker) })) };
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }

  #workers(): Promise<WorkerState[]> {
    return within(askMs, liveWorkers(this.#redis, this.#keys));
  }

  /** What the workers published, as it is now or, while Redis is away, as it was last. */
  async #space(): Promise<PublishedSpace | undefined> {
    const known = this.#published;
    const look = async () => {
      // Its vocabulary takes a while to read.
      const id = await publishedId(this.#redis, this.#keys);
      return known !== undefined && id === known.space.id ? known : await readSpace(this.#redis, this.#keys);
    };
    const read = await within(askMs, look()).catch(() => known);
    this.#published = read === 'unknown' ? undefined : read;
    return this.#published;
  }
}

function isReady({ rests }: WorkerState): boolean {
  return rests === '';
}

function described({ space, maxTokens }: PublishedSpace): DescribedModel {
  return {
    name: space.model,
    digest: space.digest,
    size: 0,
    architecture: space.embedder,
    format: '',
    context: maxTokens,
    dimensions: space.dimensions,
  };
}
