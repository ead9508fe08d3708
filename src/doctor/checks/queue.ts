// Checks a queue: its Redis, what its workers published, who works, and what waits.
import type { Settings } from '../../config/settings.js';
import { openQueueRedis, type RedisFacts } from '../../embedders/queue/connection.js';
import { queueCounts } from '../../embedders/queue/counts.js';
import { type QueueKeys, queueKeys } from '../../embedders/queue/names.js';
import { liveWorkers } from '../../embedders/queue/presence.js';
import { readSpace } from '../../embedders/queue/published-space.js';
import type { RedisAddress } from '../../net/redis/address.js';
import { time } from '../../text/durations.js';
import { command, plural, quoted } from '../../text/plural.js';
import type { VectorSpace } from '../../types/space.js';
import type { Finding } from '../check.js';
import type { Probe } from '../run-check.js';
import { examineSpace } from './space.js';

/** Max workers that are named one by one. */
const maxNamed = 50;

type Opened = Awaited<ReturnType<typeof openQueueRedis>>;

/** @param waitMs max wait for Redis and for a worker, in ms */
export async function examineQueue(
  probe: Probe,
  address: RedisAddress,
  { queue, queueName }: Settings,
  previous: VectorSpace | undefined,
  waitMs: number,
): Promise<void> {
  let opened: Opened | undefined;
  await probe.check(
    'reachable',
    'Reachable',
    async (signal) => {
      opened?.redis.disconnect();
      opened = await openQueueRedis(address, signal);
      return { status: 'ok', seen: `Redis ${opened.facts.version}` };
    },
    { waitMs, timeoutMs: 4000 },
  );
  if (!opened) return;
  const { redis, facts } = opened;
  try {
    const keys = queueKeys(queueName);
    await probe.check('memory', 'Memory', () => memory(facts));
    // The address may hold a password, which is for EMBED_QUEUE.
    const named = queueName === 'default' ? '' : command` --queue-name ${queueName}`;
    const mend = `embed worker --queue ${address.password === undefined ? quoted(queue!) : '"$EMBED_QUEUE"'}${named}`;
    const published = await space(probe, redis, keys, mend);
    await probe.check('workers', 'Workers', () => workers(redis, keys, mend), { waitMs });
    await probe.check('jobs', 'Batches', () => jobs(redis, keys));
    if (published) await examineSpace(probe, previous, published);
  } finally {
    redis.disconnect();
  }
}

function memory({ policy }: RedisFacts): Finding {
  if (policy === '') return { status: 'skipped', seen: 'its user may not ask (ACL: +info)' };
  if (policy === 'noeviction') return { status: 'ok', seen: 'drops nothing when it is full (noeviction)' };
  return {
    status: 'warning',
    seen: `may drop batches when it is full (maxmemory-policy ${policy})`,
    mend: 'redis-cli config set maxmemory-policy noeviction',
  };
}

async function space(
  probe: Probe,
  redis: Opened['redis'],
  keys: QueueKeys,
  mend: string,
): Promise<VectorSpace | undefined> {
  let found: VectorSpace | undefined;
  await probe.check('published', 'Published', async () => {
    const published = await readSpace(redis, keys);
    if (published === undefined) return { status: 'failure', seen: 'no worker has been there yet', mend };
    if (published === 'unknown') return { status: 'failure', seen: 'by another version of embed' };
    found = published.space;
    const { model, dimensions, id } = found;
    return { status: 'ok', seen: `${model}, ${dimensions} dimensions, vector space ${id.slice(0, 12)}` };
  });
  return found;
}

async function workers(redis: Opened['redis'], keys: QueueKeys, mend: string): Promise<Finding> {
  const all = await liveWorkers(redis, keys);
  if (all.length === 0) return { status: 'failure', seen: 'none', mend };
  const ready = all.filter(({ rests }) => rests === '');
  const slots = ready.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const details = all
    .slice(0, maxNamed)
    .map(
      ({ name, active, concurrency, batches, texts, rests }) =>
        `${name}: ${active} of ${concurrency} at work, ${plural(texts, 'text')} in ${plural(batches, 'request')}` +
        (rests === '' ? '' : `; rests: ${rests}`),
    );
  const seen = `${ready.length} of ${plural(all.length, 'worker')} ready, ${slots} at once`;
  const status = ready.length === 0 ? 'failure' : ready.length < all.length ? 'warning' : 'ok';
  return { status, seen, details };
}

async function jobs(redis: Opened['redis'], keys: QueueKeys): Promise<Finding> {
  const { waiting, active, failed, isPaused, oldestMs } = await queueCounts(redis, keys);
  const oldest = oldestMs === undefined ? '' : `, the oldest for ${time(oldestMs)}`;
  const seen = `${waiting} waiting${oldest}; ${active} at work, ${failed} failed`;
  if (isPaused)
    return { status: 'failure', seen: `paused, by bull-board or another program: resume it there; ${seen}` };
  return { status: failed > 0 ? 'warning' : 'ok', seen };
}
