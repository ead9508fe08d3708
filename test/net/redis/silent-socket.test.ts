// A connection whose other end has vanished: nothing closes it, and nothing comes.
import { connect, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { guardedConnector } from '../../../src/net/redis/client.js';
import { listening } from '../../helpers/listening.js';
import { redisAvailable, startRedis } from '../../helpers/redis.js';

/** Longer than a healthy Redis takes for anything here, so that only silence ends a connection. */
const silenceMs = 400;

test.runIf(redisAvailable)('is made anew when its questions find no answer, and only then', async () => {
  const server = await startRedis();
  onTestFinished(() => server.kill());
  const connections: Socket[] = [];
  const port = await listening((socket) => {
    const onward = connect(server.port, '127.0.0.1');
    onward.on('error', () => undefined);
    socket.on('close', () => onward.destroy());
    socket.pipe(onward).pipe(socket);
    connections.push(socket);
  });
  const address = { host: '127.0.0.1', port, socket: undefined, tls: undefined };
  const redis = new Redis({
    ...address,
    Connector: guardedConnector(address as never, () => Number.POSITIVE_INFINITY, silenceMs),
    maxRetriesPerRequest: null,
    retryStrategy: () => 1,
  });
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  await redis.set('a', '1');
  // Nothing is asked, so nothing is missed; a question that is answered late, but in time, ends nothing either.
  expect(await redis.blpop('none', 0.2)).toBe(null);
  expect(await redis.blpop('none', 0.3)).toBe(null);
  expect(connections).toHaveLength(1);
  // From here on, what is written to it reaches nobody.
  connections[0]!.unpipe();
  expect(await redis.get('a')).toBe('1');
  expect(connections).toHaveLength(2);
});
