// src/cache/redis: the cache in Redis, shared by machines; entries expire after a time.
//
// In and out: as all caches. connection.ts connects, client.ts protects the process from invalid answers, errors.ts
// puts errors into words, cache-keys.ts holds the names of keys, inventory.ts counts and prunes.
// What must hold: it never stops a run. When Redis is lost, it warns once and finds nothing until Redis returns.

import type { Redis } from 'ioredis';
import { debug } from '../../debug.js';
import { ServiceError, UsageError } from '../../errors.js';
import { noEvents, type RunEvents } from '../../events.js';
import { type RedisAddress, type RedisOptions, redisAddress } from '../../net/redis/address.js';
import { explainRedis, lossReason, redisUses, SilenceError } from '../../net/redis/errors.js';
import { ForeignReplyError } from '../../net/redis/reply-guard.js';
import { within } from '../../net/redis/time-limit.js';
import { parseForeign } from '../../text/foreign-json.js';
import type { CacheUsage, PruneOptions, VectorCache, VectorEntry } from '../../types/cache.js';
import type { Json } from '../../types/json.js';
import type { Vector } from '../../types/vector.js';
import { checkEntries, checkHash, checkSpaceId, vectorAt } from '../../vectors/bytes.js';
import { type CountsLookups, HitCounter } from '../hit-counter.js';
import { lookupsKey, metaKey, prefixOf } from './cache-keys.js';
import { connectRedis } from './connection.js';
import { GetGroup, SetGroup } from './group-commands.js';
import { RedisInventory } from './inventory.js';

/** Max keys of one command, to bound the answer: 256 vectors of 1,024 dimensions are 1 MB. */
const keysPerCommand = 256;

/** Max bytes in flight; with more, callers wait. */
const unanswered = 8 * 1024 * 1024;

/** How much longer a registered vector space is kept than its entries, after each read or write, in seconds. */
const metaExtraSeconds = 30 * 24 * 3600;

/**
 * Connects and checks that reading works.
 * @throws {ServiceError} when Redis can't be used: one sentence with the URL, its password masked
 * @throws {UsageError} when the options are invalid
 */
export async function openRedisCache(options: RedisOptions = {}): Promise<RedisCache> {
  const { ttlSeconds = 3600, connectTimeoutMs = 3000 } = options;
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 1) {
    throw new UsageError(
      `The time that Redis keeps a vector must be at least 1 whole second, not ${ttlSeconds}.`,
    );
  }
  const address = redisAddress(options);
  const client = await connectRedis(address, connectTimeoutMs);
  debug.cache?.(`opened Redis at ${address.shown}, which keeps a vector for ${ttlSeconds} s`);
  return new RedisCache(client, address, { ...options, ttlSeconds });
}

export class RedisCache implements VectorCache, CountsLookups {
  readonly kind = 'redis';
  readonly #client: Redis;
  readonly #address: RedisAddress;
  readonly #ttlSeconds: number;
  readonly #timeoutMs: number;
  readonly #events: RunEvents;
  readonly #writes = new Set<Promise<void>>();
  readonly #inventory: RedisInventory;
  /** Undefined when Redis refuses to store the counts. */
  #lookups: HitCounter | undefined = new HitCounter();
  #unanswered = 0;
  #reachable = true;
  #writable = true;
  #closed = false;
  /** True while the connection is being closed. */
  #ending = false;
  #warned = { lost: false, refused: false };

  /** Takes a connected client; use `openRedisCache`. */
  constructor(client: Redis, address: RedisAddress, options: RedisOptions & { ttlSeconds: number }) {
    this.#client = client;
    this.#address = address;
    this.#ttlSeconds = options.ttlSeconds;
    this.#timeoutMs = options.commandTimeoutMs ?? 5000;
    this.#events = options.events ?? noEvents;
    this.#inventory = new RedisInventory(client, (answer) => this.#demand(answer), options.ttlSeconds);
    client.on('error', (error) => {
      if (error instanceof ForeignReplyError) this.#lose(error.message);
    });
    client.on('close', () => {
      this.#ending = false;
      this.#lose('the connection broke');
    });
    client.on('ready', () => void this.#revive());
  }

  async getMany(
    space: string,
    hashes: readonly string[],
    dimensions: number,
  ): Promise<(Vector | undefined)[]> {
    checkSpaceId(space);
    for (const hash of hashes) checkHash(hash);
    // Bounds the memory for callers that don't await setMany: answers come in order.
    await this.#room();
    const found = new Array<Vector | undefined>(hashes.length).fill(undefined);
    for (let start = 0; start < hashes.length && this.#reachable; start += keysPerCommand) {
      const group = new GetGroup(prefixOf(space), hashes.slice(start, start + keysPerCommand));
      const values = await this.#ask(
        group.send(this.#client).then((values) => checkValues(values, group.count)),
      );
      if (!values) break;
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value?.length === dimensions * 4) found[start + i] = vectorAt(value, 0, dimensions);
      }
    }
    if (this.#reachable) this.#lookups?.count(found);
    if (this.#lookups?.due) void this.#writeLookups();
    return found;
  }

  countHits(hits: number): void {
    this.#lookups?.add({ hits, misses: 0 });
  }

  countRefused(count: number): void {
    this.#lookups?.add({ hits: -count, misses: count });
  }

  /** Resolves when the entries are sent: later reads find them, and `close` waits for them. A failing Redis doesn't make it throw. */
  async setMany(space: string, entries: readonly VectorEntry[]): Promise<void> {
    checkSpaceId(space);
    checkEntries(entries);
    for (let start = 0; start < entries.length; start += keysPerCommand) {
      if (!this.#reachable || !this.#writable) return;
      this.#write(
        new SetGroup(prefixOf(space), entries.slice(start, start + keysPerCommand), this.#ttlSeconds),
      );
    }
    await this.#room();
  }

  async getMeta(key: string): Promise<Json | undefined> {
    if (!this.#reachable) return undefined;
    const text = await this.#ask(this.#client.get(metaKey(key)));
    if (typeof text !== 'string') return undefined;
    await this.#ask(this.#client.expire(metaKey(key), this.#ttlSeconds + metaExtraSeconds), 'write');
    try {
      return parseForeign(text) as Json;
    } catch {
      return undefined; // Not ours, or damaged: counts as absent.
    }
  }

  async setMeta(key: string, value: Json): Promise<void> {
    if (!this.#reachable || !this.#writable) return;
    const seconds = this.#ttlSeconds + metaExtraSeconds;
    await this.#ask(this.#client.set(metaKey(key), JSON.stringify(value), 'EX', seconds), 'write');
  }

  /** @throws {ServiceError} when Redis gives no answer, or forbids it */
  async usage(): Promise<CacheUsage> {
    const { hits, misses } = this.#lookups?.pending ?? { hits: 0, misses: 0 };
    const usage = await this.#inventory.usage();
    return { ...usage, hits: Math.max(0, usage.hits + hits), misses: usage.misses + misses };
  }

  /** @throws {ServiceError} when Redis gives no answer, or forbids it */
  prune(options: PruneOptions): Promise<number> {
    return this.#inventory.prune(options);
  }

  /** @throws {ServiceError} when Redis gives no answer, or forbids it */
  clear(): Promise<number> {
    this.#lookups?.take();
    return this.#inventory.clear();
  }

  async close(): Promise<void> {
    await this.#writeLookups();
    await Promise.all(this.#writes);
    this.#closed = true;
    this.#reachable = false;
    this.#client.disconnect();
  }

  #write(group: SetGroup): void {
    this.#unanswered += group.bytes.length;
    const write = this.#ask(group.send(this.#client), 'write').then(() => {
      this.#unanswered -= group.bytes.length;
      this.#writes.delete(write);
    });
    this.#writes.add(write);
  }

  async #room(): Promise<void> {
    while (this.#unanswered > unanswered) await Promise.race(this.#writes);
  }

  /** The answer; undefined when Redis is lost, or refuses. */
  async #ask<T>(answer: Promise<T>, intent: 'read' | 'write' = 'read'): Promise<T | undefined> {
    try {
      return await within(this.#timeoutMs, answer);
    } catch (error) {
      const refused = error instanceof Error && error.name === 'ReplyError';
      if (intent === 'write' && refused) this.#refuse(error);
      else this.#lose(lossReason(error));
      // A silent connection doesn't tell when it ends, so open a new one.
      const mute = error instanceof SilenceError || error instanceof ForeignReplyError;
      if (mute) this.#renew();
      return undefined;
    }
  }

  /** The answer, or a ServiceError: for commands about the cache itself, a missing answer is an error. */
  async #demand<T>(answer: Promise<T>): Promise<T> {
    try {
      return await within(this.#timeoutMs, answer);
    } catch (cause) {
      throw new ServiceError(explainRedis(cause, this.#address, redisUses.inventory), { cause });
    }
  }

  /** Fails silently: a cache that can't be written is reported for vectors. */
  async #writeLookups(): Promise<void> {
    if (!this.#reachable) return;
    const counts = this.#lookups?.take();
    if (!counts) return;
    const answers = [
      this.#client.hincrby(lookupsKey, 'hits', counts.hits),
      this.#client.hincrby(lookupsKey, 'misses', counts.misses),
      this.#client.expire(lookupsKey, this.#ttlSeconds + metaExtraSeconds),
    ];
    try {
      await within(this.#timeoutMs, Promise.all(answers));
    } catch (error) {
      // When Redis is lost or silent, the counts are written after it returns.
      if (error instanceof Error && error.name === 'ReplyError') this.#lookups = undefined;
      else this.#lookups?.add(counts);
    }
  }

  #refuse(error: Error): void {
    this.#writable = false;
    if (this.#warned.refused) return;
    this.#warned.refused = true;
    const what = `Redis at ${this.#address.shown} can't store vectors any more (${error.message})`;
    this.#events.warning(`${what}: its vectors are still used, but new ones are not cached.`, 'cache-full');
  }

  #lose(reason: string): void {
    if (this.#closed) return;
    this.#reachable = false;
    if (this.#warned.lost) return;
    this.#warned.lost = true;
    const what = `Redis at ${this.#address.shown} was lost (${reason})`;
    this.#events.warning(
      `${what}: going on without the cache; it is used again when Redis returns.`,
      'cache-fails',
    );
  }

  /** Replaces a silent connection by a new one; only once, even when many callers found it silent. */
  #renew(): void {
    if (this.#closed || this.#ending) return;
    this.#ending = true;
    this.#client.disconnect(true);
  }

  /** Checks by a command, not by the connection: a stopped process still accepts connections, and a starting one is loading. */
  async #revive(): Promise<void> {
    try {
      await within(this.#timeoutMs, this.#client.mget([metaKey('')]));
      this.#reachable = !this.#closed;
      debug.cache?.(`Redis at ${this.#address.shown} answers again`);
      this.#writable = true;
    } catch {
      this.#renew();
    }
  }
}

/** @throws {ForeignReplyError} when the values are not an answer to MGET with so many keys */
function checkValues(values: unknown, count: number): (Buffer | null)[] {
  const isAnswer =
    Array.isArray(values) &&
    values.length === count &&
    values.every((value) => value === null || Buffer.isBuffer(value));
  if (!isAnswer) throw new ForeignReplyError('it answers MGET with something else');
  return values as (Buffer | null)[];
}

/** Why Redis is lost, in words. For a broken connection, ioredis reports the state of its own stream. */
