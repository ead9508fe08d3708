// A real redis-server for a queue, which needs its scripts: nothing is saved, and its folder goes with it.
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../lib/http.js';

/** Database of the queue. */
const db = 3;

/** @param folder an empty one */
export async function startRealRedis(folder) {
  const port = await freePort();
  const settings = [
    '--save',
    '',
    '--appendonly',
    'no',
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
  ];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
  const failed = new Promise((_, reject) => server.once('error', reject));
  failed.catch(() => undefined);
  const orphaned = () => server.kill('SIGKILL');
  process.once('exit', orphaned);
  const redis = new Redis({ host: '127.0.0.1', port, db, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await Promise.race([redis.ping(), failed, pause(10_000).then(() => Promise.reject(new Error('no Redis')))]);
  return {
    url: `redis://127.0.0.1:${port}/${db}`,
    redis,
    stop: async () => {
      process.off('exit', orphaned);
      redis.disconnect();
      const ended = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGKILL');
      await ended;
    },
  };
}
