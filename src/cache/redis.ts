// The cache in Redis: shared by hosts, entries live for a while. Never stops a run: when Redis goes
// away, the cache is empty until it returns.
import { Redis } from 'ioredis';
import { ServiceError, UsageError } from '../errors.js';
import type { Json, Vector, VectorCache, VectorEntry } from '../types.js';
import { checkEntries, checkHash, checkSpace, vectorAt } from './bytes.js';
import { type RedisAddress, type RedisOptions, redisAddress } from './redis-address.js';
import { GetGroup, SetGroup } from './redis-commands.js';
import { explainRedis, SilenceError } from './redis-errors.js';

/** Keys of one command. Bounds the answer: 256 vectors of 1,024 dimensions are 1 MB. */
const GROUP = 256;

/** Bytes sent and not yet answered, above which callers wait. */
const UNANSWERED = 8 * 1024 * 1024;

/** How long Redis is left alone before the next attempt to connect. */
const RECONNECT_MS = 1000;

/** Registered vector spaces must outlive the entries that are keyed by them; read or written, they live this much longer. */
const META_EXTRA_SECONDS = 30 * 24 * 3600;

/**
 * Connects and checks that reading works.
 * @throws {ServiceError} when Redis can't be used: one sentence with the URL, its password masked
 * @throws {UsageError} when the options make no sense
 */
export async function openRedisCache(options: RedisOptions = {}): Promise<RedisCache> {
  const { ttlSeconds = 3600, connectTimeoutMs = 3000 } = options;
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 1) {
    throw new UsageError(
      `The time that Redis keeps a vector must be at least 1 whole second, not ${ttlSeconds}.`,
    );
  }
  const address = redisAddress(options);
  const opened = { yet: false };
  const client = new Redis({
    host: address.host,
    port: address.port,
    ...(address.tls && { tls: address.tls }),
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: 500,
    // One command less to be forbidden by an ACL, each.
    disableClientInfo: true,
    enableReadyCheck: false,
    // A command without a connection fails at once, and so does one whose connection breaks.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => (opened.yet ? RECONNECT_MS : null),
  });
  let connectionError: unknown;
  // ioredis tells why a connection failed by this event only.
  client.on('error', (error) => {
    connectionError = error;
  });
  try {
    await within(connectTimeoutMs, handshake(client, address));
  } catch (error) {
    client.disconnect();
    const cause = connectionError ?? error;
    throw new ServiceError(explainRedis(cause, address), { cause });
  }
  opened.yet = true;
  return new RedisCache(client, address, { ...options, ttlSeconds });
}

/** Step by step, so that every refusal has its own error. ioredis repeats what worked when it reconnects. */
async function handshake(client: Redis, { username, password, db }: RedisAddress): Promise<void> {
  await client.connect();
  if (password !== undefined) {
    const needed = await authenticate(client, username, password);
    if (needed) Object.assign(client.options, { username, password });
  }
  await client.select(db);
  await client.mget(['embed:1:meta:']);
}

/** @returns whether Redis wants a password at all; a needless one is no reason to stop */
async function authenticate(client: Redis, username: string | undefined, password: string): Promise<boolean> {
  try {
    await (username === undefined ? client.auth(password) : client.auth(username, password));
    return true;
  } catch (error) {
    if (/no password is set|without any password configured/.test(String(error))) return false;
    throw error;
  }
}

export class RedisCache implements VectorCache {
  readonly kind = 'redis';
  readonly #client: Redis;
  readonly #address: RedisAddress;
  readonly #ttlSeconds: number;
  readonly #timeoutMs: number;
  readonly #onWarning: (message: string) => void;
  readonly #writes = new Set<Promise<void>>();
  #unanswered = 0;
  #reachable = true;
  #writable = true;
  #closed = false;
  #warned = { lost: false, refused: false };

  /** Takes a connected client; use `openRedisCache`. */
  constructor(client: Redis, address: RedisAddress, options: RedisOptions & { ttlSeconds: number }) {
    this.#client = client;
    this.#address = address;
    this.#ttlSeconds = options.ttlSeconds;
    this.#timeoutMs = options.commandTimeoutMs ?? 5000;
    this.#onWarning = options.onWarning ?? (() => {});
    client.on('close', () => this.#lose('the connection broke'));
    client.on('ready', () => void this.#revive());
  }

  async getMany(
    space: string,
    hashes: readonly string[],
    dimensions: number,
  ): Promise<(Vector | undefined)[]> {
    checkSpace(space);
    for (const hash of hashes) checkHash(hash);
    // Answers come in order, so that whoever doesn't wait for setMany waits here.
    await this.#room();
    const found = new Array<Vector | undefined>(hashes.length).fill(undefined);
    for (let start = 0; start < hashes.length && this.#reachable; start += GROUP) {
      const group = new GetGroup(prefixOf(space), hashes.slice(start, start + GROUP));
      const values = await this.#ask(group.send(this.#client));
      if (!values) break;
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value?.length === dimensions * 4) found[start + i] = vectorAt(value, 0, dimensions);
      }
    }
    return found;
  }

  /** Resolves when the entries are on their way: later reads see them; `close` waits for them. Never fails for Redis's sake. */
  async setMany(space: string, entries: readonly VectorEntry[]): Promise<void> {
    checkSpace(space);
    checkEntries(entries);
    for (let start = 0; start < entries.length; start += GROUP) {
      if (!this.#reachable || !this.#writable) return;
      this.#write(new SetGroup(prefixOf(space), entries.slice(start, start + GROUP), this.#ttlSeconds));
    }
    await this.#room();
  }

  async getMeta(key: string): Promise<Json | undefined> {
    if (!this.#reachable) return undefined;
    const text = await this.#ask(this.#client.get(metaKey(key)));
    if (text === undefined || text === null) return undefined;
    await this.#ask(this.#client.expire(metaKey(key), this.#ttlSeconds + META_EXTRA_SECONDS), 'write');
    try {
      return JSON.parse(text);
    } catch {
      return undefined; // Not ours, or damaged: as good as absent.
    }
  }

  async setMeta(key: string, value: Json): Promise<void> {
    if (!this.#reachable || !this.#writable) return;
    const seconds = this.#ttlSeconds + META_EXTRA_SECONDS;
    await this.#ask(this.#client.set(metaKey(key), JSON.stringify(value), 'EX', seconds), 'write');
  }

  async close(): Promise<void> {
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
    while (this.#unanswered > UNANSWERED) await Promise.race(this.#writes);
  }

  /** The answer, or undefined when there is none: Redis is lost, or refuses. */
  async #ask<T>(answer: Promise<T>, intent: 'read' | 'write' = 'read'): Promise<T | undefined> {
    try {
      return await within(this.#timeoutMs, answer);
    } catch (error) {
      const refused = error instanceof Error && error.name === 'ReplyError';
      if (intent === 'write' && refused) this.#refuse(error);
      else this.#lose(error instanceof SilenceError ? 'no answer in time' : String(error));
      // A silent connection says nothing of its end; a new one may work.
      if (error instanceof SilenceError && !this.#closed) this.#client.disconnect(true);
      return undefined;
    }
  }

  #refuse(error: Error): void {
    this.#writable = false;
    if (this.#warned.refused) return;
    this.#warned.refused = true;
    const what = `Redis at ${this.#address.shown} stores nothing more (${error.message})`;
    this.#onWarning(`${what}: what it has is still used; new vectors are not cached.`);
  }

  #lose(reason: string): void {
    if (this.#closed) return;
    this.#reachable = false;
    if (this.#warned.lost) return;
    this.#warned.lost = true;
    const what = `Redis at ${this.#address.shown} was lost (${reason})`;
    this.#onWarning(`${what}: going on without the cache; it is used again when Redis returns.`);
  }

  /** A connection alone proves nothing: a stopped process still accepts, a starting one is loading. */
  async #revive(): Promise<void> {
    try {
      await within(this.#timeoutMs, this.#client.mget(['embed:1:meta:']));
      this.#reachable = !this.#closed;
      this.#writable = true;
    } catch {
      if (!this.#closed) this.#client.disconnect(true);
    }
  }
}

function prefixOf(space: string): string {
  return `embed:1:${space}:`;
}

function metaKey(key: string): string {
  return `embed:1:meta:${key}`;
}

/** @throws {SilenceError} when the promise takes longer */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SilenceError('no answer in time')), milliseconds);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
