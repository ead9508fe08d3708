// A connection whose other end has vanished: nothing closes it, and nothing comes.
import { connect, Socket } from 'node:net';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { guardedConnector } from '../../../src/net/redis/client.js';
import { endWhenSilent } from '../../../src/net/redis/silent-socket.js';
import { listening } from '../../helpers/listening.js';
import { redisAvailable, startRedis } from '../../helpers/redis.js';

test('ends when something was written, and nothing comes for so long; else it stays', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const socket = new Socket();
  const errors: unknown[] = [];
  socket.on('error', (error) => errors.push(error));
  endWhenSilent(socket, 100);
  vi.advanceTimersByTime(1000);
  for (let asked = 0; asked < 3; asked++) {
    socket.write('question');
    vi.advanceTimersByTime(99);
    socket.emit('data', Buffer.from('answer'));
    vi.advanceTimersByTime(1000);
  }
  expect(socket.destroyed).toBe(false);
  socket.write('question');
  vi.advanceTimersByTime(60);
  // What is written later doesn't put the end off.
  socket.write('question');
  vi.advanceTimersByTime(41);
  expect(socket.destroyed).toBe(true);
});

test.runIf(redisAvailable)('a client asks again on a new connection', async () => {
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
  const address = {
    host: '127.0.0.1',
    port,
    username: undefined,
    password: undefined,
    db: 0,
    tls: undefined,
  };
  const redis = new Redis({
    port,
    Connector: guardedConnector({ ...address, shown: '' }, () => Number.POSITIVE_INFINITY, 400),
    maxRetriesPerRequest: null,
    retryStrategy: () => 1,
  });
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  await redis.set('a', '1');
  // From here on, what is written to it reaches nobody.
  const last = connections.at(-1)!;
  last.unpipe();
  expect(await redis.get('a')).toBe('1');
  expect(connections.at(-1)).not.toBe(last);
});
