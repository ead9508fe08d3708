// Servers that say that they are a Redis, and answer as none does once the cache is open.
import { afterEach, expect, test } from 'vitest';
import { openRedisCache } from '../../src/cache/redis/cache.js';
import { entryOf, hashOf, spaceOf } from '../cache/vectors.js';
import { warningsInto } from '../helpers/events.js';
import { eventually } from '../helpers/eventually.js';
import { listening } from '../helpers/listening.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Plays along for SELECT and the first MGET; answers all that comes then with `answer`. */
async function hostileRedis(answer: string): Promise<string> {
  const port = await listening((socket) => {
    let asked = 0;
    socket.on('data', () => {
      asked++;
      socket.write(asked === 1 ? '+OK\r\n' : asked === 2 ? '*1\r\n$-1\r\n' : answer);
    });
  });
  return `redis://127.0.0.1:${port}`;
}

const absent = '*1\r\n$-1\r\n';

test.each([
  ['100,000 nested lists', '*1\r\n'.repeat(100_000)],
  ['three answers', absent.repeat(3)],
  ['three answers that are nothing', '$-1\r\n'.repeat(3)],
  ['a push', '>2\r\n$7\r\nmessage\r\n$1\r\nx\r\n'],
  ['a value of a terabyte', '*1\r\n$1099511627776\r\n'],
  ['a list of a billion', '*1000000000\r\n'],
  ['a negative length', '*1\r\n$-7\r\n'],
  ['a length that is no number', '*1\r\n$x\r\n'],
  ['a line without an end', `+${'x'.repeat(100_000)}`],
  ['a number', ':99999999999999999\r\n'],
  ['a list of lists', '*1\r\n*96\r\n'.concat(':1\r\n'.repeat(96))],
  ['a list of another length', '*2\r\n$-1\r\n$-1\r\n'],
  ['half an answer', '*1\r\n$384\r\nxx'],
])('%s: Redis is lost, and the cache is empty', async (_name, answer) => {
  const warnings: string[] = [];
  const cache = await openRedisCache({
    url: await hostileRedis(answer),
    commandTimeoutMs: 500,
    events: warningsInto(warnings),
  });
  cleanUps.push(() => cache.close());
  await cache.getMany(spaceOf('space'), [hashOf('text')], 96);
  await eventually(() => warnings.length).toBe(1);
  expect(warnings[0]).toMatch(/^Redis at redis:\/\/127\.0\.0\.1:\d+\/2 was lost \(/);
  expect(await cache.getMany(spaceOf('space'), [hashOf('text')], 96)).toEqual([undefined]);
  await cache.setMany(spaceOf('space'), [entryOf('text')]);
});
