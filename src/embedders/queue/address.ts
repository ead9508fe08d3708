// The Redis of a queue.
import { type RedisAddress, redisAddress } from '../../net/redis/address.js';

/** The database of a queue whose address names none. The cache's is 2: it wants to drop old keys, a queue must not. */
const defaultDb = 3;

/** @throws {UsageError} when the address is wrong */
export function queueAddress(queue: string): RedisAddress {
  return redisAddress({ url: queue, defaultDb });
}
