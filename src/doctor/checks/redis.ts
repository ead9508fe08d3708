// Checks the Redis of the settings: whether it can be used, and whether it keeps its data.

import { redisSettings } from '../../config/redis-settings.js';
import type { Settings } from '../../config/settings.js';
import { ServiceError } from '../../errors.js';
import { noEvents } from '../../events.js';
import { type RedisAddress, redisAddress } from '../../net/redis/address.js';
import { otherKind } from '../../net/redis/errors.js';
import { period, time } from '../../text/durations.js';
import { command, whole } from '../../text/plural.js';
import { shownSize } from '../../text/sizes.js';
import type { Finding, Fix } from '../check.js';
import type { RedisLook } from '../redis-client.js';
import { type Probe, said } from '../run-check.js';
import { prune, withCache } from './cache.js';

const timeoutMs = 1500;
const daySeconds = 86_400;
/** Share of the memory from which a Redis without eviction will soon refuse writes. */
const nearlyFull = 0.9;
/** Max difference of the two clocks, in ms. */
const maxSkewMs = 2000;

/** Without a Redis, one line says what is used in its place. */
export async function examineRedis(
  probe: Probe,
  settings: Settings,
  address: RedisAddress | undefined,
): Promise<void> {
  if (address === undefined) {
    const seen = 'not configured, so the disk cache is used';
    await probe.check('configured', 'Configured', () => ({ status: 'skipped', seen }));
    return;
  }
  const { RedisLook } = await import('../redis-client.js');
  const look = new RedisLook(address);
  try {
    if (!(await canBeUsed(probe, look, address))) return;
    await examineServer(probe, look, settings, address);
  } finally {
    look.close();
  }
}

/** Undefined when none is configured. @throws {UsageError} when the address is invalid */
export function addressOf(settings: Settings): RedisAddress | undefined {
  const redis = redisSettings(settings);
  return redis && redisAddress(redis);
}

async function canBeUsed(probe: Probe, look: RedisLook, address: RedisAddress): Promise<boolean> {
  const late = (waitedMs: number): Finding => ({
    status: 'failure',
    seen: look.silence(waitedMs),
    mend: `redis-cli ${target(address)} ping`,
  });
  const steps: [string, string, () => Promise<Finding>, string][] = [
    ['reachable', 'Reachable', () => reachable(look), startCommand(address)],
    [
      'authentication',
      'Login',
      () => authentication(look, address),
      "export REDIS_PASSWORD='<the right one>'",
    ],
    ['database', 'Database', () => database(look, address), 'export REDIS_EMBEDDING_DB=0'],
  ];
  for (const [id, title, step, mend] of steps) {
    const found = await probe.check(id, title, step, { timeoutMs: timeoutMs, late, mend });
    if (found.status !== 'ok') return false;
  }
  return true;
}

async function reachable(look: RedisLook): Promise<Finding> {
  const start = performance.now();
  await look.connect();
  return { status: 'ok', seen: `connected in ${time(performance.now() - start)}` };
}

async function authentication(look: RedisLook, { username, password }: RedisAddress): Promise<Finding> {
  const needed = await look.authenticate();
  if (needed) return { status: 'ok', seen: `password accepted${username ? ` for ${username}` : ''}` };
  return {
    status: 'ok',
    seen: password === undefined ? 'no password needed' : 'no password needed (one is given)',
  };
}

async function database(look: RedisLook, { db }: RedisAddress): Promise<Finding> {
  try {
    await look.select();
  } catch (error) {
    // Another database would not help.
    if (!(error instanceof ServiceError) || !otherKind(error.cause)) throw error;
    return { status: 'failure', seen: said(error), mend: 'embed doctor --cache disk' };
  }
  const [count, keys] = [await look.config('databases'), await look.keys()];
  const among = count === undefined ? '' : ` of ${count}`;
  return { status: 'ok', seen: `${db}${among}${keys === undefined ? '' : `, ${whole(keys)} keys`}` };
}

async function examineServer(
  probe: Probe,
  look: RedisLook,
  settings: Settings,
  address: RedisAddress,
): Promise<void> {
  const options = { timeoutMs: timeoutMs };
  await probe.check(
    'latency',
    'Latency',
    async () => ({ status: 'ok', seen: `${time(await look.latency())} an answer` }),
    options,
  );
  let info: Map<string, string> | undefined;
  await probe.check(
    'version',
    'Version',
    async () => {
      info = await look.info();
      return info ? { status: 'ok', seen: info.get('redis_version') ?? 'unknown' } : forbidden;
    },
    options,
  );
  await probe.check('memory', 'Memory', () => (info ? memory(info, settings, address) : forbidden), options);
  await probe.check('persistence', 'Persistence', () => persistence(info, look, address), options);
  await probe.check('clock', 'Clock', () => clock(look), options);
  await probe.check('ttl', 'Vectors live', () => ttl(settings));
}

const forbidden: Finding = { status: 'skipped', seen: 'its user may not ask (ACL: +info)' };

async function memory(
  info: ReadonlyMap<string, string>,
  settings: Settings,
  address: RedisAddress,
): Promise<Finding> {
  const most = bytesOf(info.get('maxmemory'));
  const used = bytesOf(info.get('used_memory'));
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  if (most === 0) return { status: 'ok', seen: `${shownSize(used)} used, no limit` };
  const seen = `${shownSize(used)} of ${shownSize(most)} used, ${policy}`;
  const mend = `redis-cli ${target(address)} config set maxmemory-policy volatile-lru`;
  if (policy.startsWith('allkeys-')) {
    return { status: 'warning', seen: `${seen}: it evicts keys of other programs for ours`, mend };
  }
  if (policy !== 'noeviction') return { status: 'ok', seen };
  const fix = used / most >= nearlyFull ? await freeing(settings) : undefined;
  return {
    status: 'warning',
    seen: `${seen}: when it is full, nothing more is stored`,
    mend,
    ...(fix && { fix }),
  };
}

/** A number of INFO; 0 when it is not a number. */
function bytesOf(text: string | undefined): number {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : 0;
}

/** Frees memory by removing our own keys only. */
async function freeing(settings: Settings): Promise<Fix | undefined> {
  const held = await withCache(settings, noEvents, (cache) => cache.usage());
  if (held === undefined || held.bytes === 0) return undefined;
  const maxBytes = Math.floor(held.bytes / 2);
  return {
    what: `prune the cache: the older half of its vectors (${shownSize(held.bytes - maxBytes)})`,
    run: () => prune(settings, { maxBytes }),
  };
}

async function persistence(
  info: ReadonlyMap<string, string> | undefined,
  look: RedisLook,
  address: RedisAddress,
): Promise<Finding> {
  if (info === undefined) return forbidden;
  const appends = info.get('aof_enabled') === '1';
  const save = await look.config('save');
  const snapshots = save === undefined ? 'unknown' : save === '' ? 'off' : 'on';
  const seen = `snapshots ${snapshots}, append-only file ${appends ? 'on' : 'off'}`;
  const failed =
    info.get('rdb_last_bgsave_status') === 'err' || (appends && info.get('aof_last_write_status') === 'err');
  // Redis then refuses writes (stop-writes-on-bgsave-error), so no vector is stored.
  if (failed) {
    return {
      status: 'warning',
      seen: `${seen}; the last write to disk failed`,
      mend: `redis-cli ${target(address)} bgsave`,
    };
  }
  const lost = snapshots === 'off' && !appends ? '; a restart of Redis empties the cache' : '';
  return { status: 'ok', seen: `${seen}${lost}` };
}

async function clock(look: RedisLook): Promise<Finding> {
  const skew = await look.skew();
  return skew === undefined
    ? { status: 'skipped', seen: 'its user may not ask (ACL: +time)' }
    : clockFinding(skew);
}

/** @param skew of Redis's clock against ours, in ms; above zero when it is ahead */
export function clockFinding(skew: number): Finding {
  const apart = `${time(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} this machine's`;
  if (Math.abs(skew) <= maxSkewMs) return { status: 'ok', seen: apart };
  return { status: 'warning', seen: `${apart}: set both by NTP`, mend: 'timedatectl set-ntp true' };
}

function ttl({ cacheTtl }: Settings): Finding {
  if (cacheTtl >= daySeconds) return { status: 'ok', seen: `${period(cacheTtl)} (cacheTtl)` };
  // It is the default, and right for a gateway, so this is a hint and not a warning.
  return {
    status: 'ok',
    seen: `${period(cacheTtl)} (cacheTtl ${cacheTtl}): they don't last to the next night's run; for nightly runs set EMBEDDING_CACHE_TTL=${30 * daySeconds}`,
  };
}

/** The address for redis-cli, which then asks for the password. */
function target({ host, port, socket, password, tls }: RedisAddress): string {
  const isDefaultHost = host === 'localhost' || host === '127.0.0.1';
  return [
    socket === undefined ? '' : command`-s ${socket}`,
    socket !== undefined || isDefaultHost ? '' : command`-h ${host}`,
    socket !== undefined || port === 6379 ? '' : `-p ${port}`,
    tls ? '--tls' : '',
    password === undefined ? '' : '--askpass',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function startCommand({ host, port, socket }: RedisAddress): string {
  if (socket !== undefined) return command`redis-server --port 0 --unixsocket ${socket}`;
  const here = host === 'localhost' || host === '127.0.0.1' || host === '::1';
  return here ? `redis-server --port ${port}` : command`ssh ${host} redis-server --port ${String(port)}`;
}
