// Connections to the Redis of a queue. They wait while it is away, and go on when it is back: what must end in time has a
// time of its own.
import { Redis, type RedisOptions } from 'ioredis';
import { EmbedderFault, EmbedError, ServiceError } from '../../errors.js';
import type { RedisAddress } from '../../net/redis/address.js';
import { guardedConnector } from '../../net/redis/client.js';
import { explainRedis, redisUses } from '../../net/redis/errors.js';
import { within } from '../../net/redis/time-limit.js';

/** Time for all that is asked at the start, in ms. */
const openMs = 3000;
/** Longest pause between two tries to connect, in ms. */
const reconnectMs = 1000;
/**
 * A connection that gives no answer for so long is made again, in ms. Waiting for a batch or an answer takes 5 s at once;
 * batches wait 15 s for Redis before they fail.
 */
const silenceMs = 10_000;

/**
 * What a Redis says that is not the primary one any more. Its connections stay, so they are ended here, and the question is
 * asked again where the address leads now. In scripts of Redis 6 it stands behind other words.
 */
const demoted = /(^|-)(READONLY|MASTERDOWN|UNBLOCKED) /;
/** For ioredis: connect again, and send the question again. */
const askAgain = 2;

/** What Redis itself says to who writes to a replica. */
const asReplica = "READONLY You can't write against a read only replica.";

/** The first release with GETDEL. */
const oldest = [6, 2];

/**
 * Options for a client of ioredis, BullMQ's own included.
 * @param isOver when true, a connection that broke is not made again
 * @param onDemoted told what a Redis says that is not the primary one any more
 */
export function queueConnection(
  address: RedisAddress,
  isOver = () => false,
  onDemoted?: (error: Error) => void,
): RedisOptions {
  const { host, port, username, password, db, tls } = address;
  let isDemoted = false;
  return {
    host,
    port,
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls }),
    // BullMQ makes clients of its own, whose open questions aren't known here: the shape of answers is checked alone.
    Connector: guardedConnector(address, () => Number.POSITIVE_INFINITY, silenceMs),
    disableClientInfo: true,
    connectTimeout: openMs,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => {
      if (isOver()) return null;
      // It lets us connect at once, again and again.
      const pauseMs = isDemoted ? reconnectMs : Math.min(50 * times, reconnectMs);
      isDemoted = false;
      return pauseMs;
    },
    reconnectOnError: (error) => {
      if (!demoted.test(error.message)) return false;
      isDemoted = true;
      onDemoted?.(error);
      return askAgain;
    },
  };
}

/** What Redis says of itself. */
export interface RedisFacts {
  version: string;
  /** Bytes in use. */
  usedMemory: number;
  /** What it does when its memory is full: `noeviction` is right for a queue. */
  policy: string;
  /** Bytes that it may use; 0: no bound. */
  maxMemory: number;
}

/**
 * Connects, and checks that this Redis can hold a queue.
 * @throws {ServiceError} when it can't; its cause is a fault that may pass when it doesn't answer
 */
export async function openQueueRedis(
  address: RedisAddress,
  signal?: AbortSignal,
): Promise<{ redis: Redis; facts: RedisFacts }> {
  signal?.throwIfAborted();
  const opened = { yet: false };
  // What a demoted Redis says is told as an error of the connection, since no question fails by it.
  const options = queueConnection(address, undefined, (error) => redis.emit('error', error));
  const redis: Redis = new Redis({
    ...options,
    lazyConnect: true,
    retryStrategy: (times) => (opened.yet ? options.retryStrategy!(times) : null),
  });
  let connectionError: unknown;
  // The first says why; those after it, of the same connection, only that.
  redis.on('error', (error) => {
    connectionError ??= error;
  });
  try {
    const facts = await within(openMs, look(redis));
    refuseOthers(facts.mode, facts.version, address);
    if (facts.role === 'slave') throw explained(new Error(asReplica), address);
    opened.yet = true;
    return { redis, facts };
  } catch (error) {
    redis.disconnect();
    throw error instanceof EmbedError ? error : explained(connectionError ?? error, address);
  }
}

async function look(redis: Redis): Promise<RedisFacts & { mode: string; role: string }> {
  await redis.connect();
  // INFO may be forbidden, so what can't be known is left out.
  const text = await redis.info().catch((error: Error) => {
    if (/^NOPERM/.test(error.message)) return '';
    throw error;
  });
  const said = new Map(text.split('\r\n').map((line) => line.split(':') as [string, string]));
  return {
    version: said.get('redis_version') ?? '',
    mode: said.get('redis_mode') ?? '',
    role: said.get('role') ?? '',
    usedMemory: Number(said.get('used_memory') ?? 0),
    policy: said.get('maxmemory_policy') ?? '',
    maxMemory: Number(said.get('maxmemory') ?? 0),
  };
}

function refuseOthers(mode: string, version: string, { shown }: RedisAddress): void {
  if (mode === 'cluster' || mode === 'sentinel') {
    const kind = mode === 'cluster' ? 'a cluster, over which a queue is not spread' : 'a Sentinel';
    throw new ServiceError(`Redis at ${shown} is ${kind}: name a single Redis with --queue.`);
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (version !== '' && (major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!))) {
    throw new ServiceError(`Redis at ${shown} is ${version.slice(0, 20)}: a queue needs 6.2 or later.`);
  }
}

/** What becomes of an error: one that may pass has a fault that says so. Our own stay as they are. */
export function explained(error: unknown, address: RedisAddress): EmbedError {
  if (error instanceof EmbedError) return error;
  const message = explainRedis(error, address, redisUses.queue);
  const said = error instanceof Error ? error.message : '';
  const isForGood = /^(NOAUTH|WRONGPASS|NOPERM|ERR|MOVED|CROSSSLOT)/.test(said);
  return new ServiceError(message, {
    cause: isForGood ? error : new EmbedderFault('unreachable', message, { cause: error }),
  });
}
