// Which workers a queue has: each says so every two seconds, in a key that vanishes when it doesn't.
import type { Redis } from 'ioredis';
import { parseForeign } from '../../text/foreign-json.js';
import { isObject } from '../../text/plain-json.js';
import { isId, type QueueKeys } from './names.js';

/** Time between two signs of life, in ms. */
export const signMs = 2000;
/** A worker that gave none for so long counts as gone, ms. */
const goneMs = 8000;
/** The set of workers outlives the longest of them by this, ms. */
const setMs = 60_000;

/** Max workers of a queue that are looked at. */
const maxWorkers = 10_000;
/** Max characters of what a worker says. */
const maxSaid = 8192;
/** Max characters of its name, and of why it rests: as JSON, each may take six. */
const maxWords = 500;

/** What a worker says of itself. */
export interface WorkerState {
  id: string;
  /** Its name for people. */
  name: string;
  /** Id of its vector space. */
  space: string;
  /** Batches that it works on at once, at most. */
  concurrency: number;
  /** Batches that it works on now. */
  active: number;
  /** Batches and texts that it has answered. */
  batches: number;
  texts: number;
  /** Why it takes none, though it runs; empty when it does. */
  rests: string;
}

export async function showWorker(redis: Redis, keys: QueueKeys, state: WorkerState): Promise<void> {
  // A server's own words may be long.
  const said = { ...state, name: state.name.slice(0, maxWords), rests: state.rests.slice(0, maxWords) };
  await redis
    .pipeline()
    .sadd(keys.workers, state.id)
    .pexpire(keys.workers, setMs)
    .set(keys.worker(state.id), JSON.stringify(said), 'PX', goneMs)
    .exec();
}

export async function hideWorker(redis: Redis, keys: QueueKeys, id: string): Promise<void> {
  await redis.pipeline().srem(keys.workers, id).del(keys.worker(id)).exec();
}

/** Those that live, by name. What one says that is not of the right form leaves it out. */
export async function liveWorkers(redis: Redis, keys: QueueKeys): Promise<WorkerState[]> {
  const ids = (await redis.smembers(keys.workers)).filter(isId).slice(0, maxWorkers);
  if (ids.length === 0) return [];
  const said = await redis.mget(ids.map((id) => keys.worker(id)));
  const gone = ids.filter((_, index) => said[index] === null);
  if (gone.length > 0) await redis.srem(keys.workers, gone);
  const states = said.map((text, index) => stateOf(text, ids[index]!)).filter((one) => one !== undefined);
  return states.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1));
}

function stateOf(text: string | null, id: string): WorkerState | undefined {
  if (text === null || text.length > maxSaid) return undefined;
  let said: Record<string, unknown>;
  try {
    said = parseForeign(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (!isObject(said)) return undefined;
  const { name, space, concurrency, active, batches, texts, rests } = said;
  const counts = [concurrency, active, batches, texts];
  if (!counts.every((one) => Number.isSafeInteger(one) && (one as number) >= 0)) return undefined;
  if ([name, space, rests].some((one) => typeof one !== 'string')) return undefined;
  return { ...(said as unknown as WorkerState), id, concurrency: Math.min(Number(concurrency), 64) };
}
