// Fetches a sender's answers: all that are there, in one round trip.
import type { Redis } from 'ioredis';
import type { QueueKeys } from './names.js';

/** Max answers that are fetched together, so that they stay far below the largest reply. */
const maxTogether = 16;

/** Key: the sender's list. Arguments: how the keys of answers begin, the id that came first, how many more. */
const fetch = `
local ids = redis.call('LPOP', KEYS[1], ARGV[3]) or {}
table.insert(ids, 1, ARGV[2])
local found = {}
for at, id in ipairs(ids) do
  local answer = redis.pcall('GETDEL', ARGV[1] .. id)
  found[2 * at - 1] = id
  found[2 * at] = type(answer) == 'string' and answer
end
return found`;

/**
 * Takes answers out of Redis.
 * @param list the sender's
 * @param first an id that was in it
 * @returns ids of jobs, each with the bytes of its answer
 */
export async function fetchAnswers(
  redis: Redis,
  keys: QueueKeys,
  list: string,
  first: string,
): Promise<[id: string, bytes: Buffer][]> {
  const args = ['1', list, keys.answer(''), first, maxTogether - 1];
  const found = (await redis.callBuffer('EVAL', fetch, ...args)) as (Buffer | null)[];
  const answers: [string, Buffer][] = [];
  for (let at = 0; at < found.length; at += 2) {
    const bytes = found[at + 1];
    // One that isn't there came late, and was fetched by a look already.
    if (bytes) answers.push([String(found[at]), bytes]);
  }
  return answers;
}
