// Connects to Redis in single steps, so that each refusal has its own message. Connects again when it breaks.
import type { Redis } from 'ioredis';
import { ServiceError } from '../../errors.js';
import type { RedisAddress } from '../../net/redis/address.js';
import { redisClient } from '../../net/redis/client.js';
import { explainRedis } from '../../net/redis/errors.js';
import { within } from '../../net/redis/time-limit.js';
import { metaKey } from './cache-keys.js';

/** Pause before the next attempt to connect, in ms. */
const reconnectMs = 1000;

/**
 * Connects and checks that reading works.
 * @throws {ServiceError} when Redis can't be used: one sentence with the URL, its password masked
 */
export async function connectRedis(address: RedisAddress, connectTimeoutMs: number): Promise<Redis> {
  const opened = { yet: false };
  const client = redisClient(address, {
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: 500,
    retryStrategy: () => (opened.yet ? reconnectMs : null),
  });
  let connectionError: unknown;
  // Only this event of ioredis says why a connection failed.
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
  return client;
}

/** Runs in single steps, so that each refusal has its own error. When ioredis connects again, it repeats them. */
async function handshake(client: Redis, { username, password, db }: RedisAddress): Promise<void> {
  await client.connect();
  if (password !== undefined) {
    const needed = await authenticate(client, username, password);
    if (needed) Object.assign(client.options, { username, password });
  }
  await client.select(db);
  await tryReading(client);
}

/**
 * Reads two keys that a cluster keeps in different places: it refuses that, where a single key would be read or not, as it
 * happens.
 */
export async function tryReading(client: Redis): Promise<void> {
  await client.mget([metaKey(''), metaKey('1')]);
}

/** @returns false when Redis needs no password: a needless one is not an error */
async function authenticate(client: Redis, username: string | undefined, password: string): Promise<boolean> {
  try {
    await (username === undefined ? client.auth(password) : client.auth(username, password));
    return true;
  } catch (error) {
    if (/no password is set|without any password configured/.test(String(error))) return false;
    throw error;
  }
}
