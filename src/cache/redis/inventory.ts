// Taking stock of the cache in Redis and clearing it out: by SCAN in groups, own keys only, so that neither
// Redis nor the other programs that use it are held up or harmed.

import type { Redis } from 'ioredis';
import { ForeignReplyError } from '../../net/redis/reply-guard.js';
import { isScan, isWhole, type Shape, shaped, textsOrNull, wholes } from '../../net/redis/reply-shapes.js';
import { parseForeign } from '../../text/foreign-json.js';
import type { CacheUsage, PruneOptions } from '../../types/cache.js';
import type { Json } from '../../types/json.js';
import type { LookupCounts } from '../hit-counter.js';
import { spacesPrefix } from '../space-registry.js';
import { Tally, totals } from '../usage.js';
import { allKeys, isMetaKey, lookupsKey, metaKey, prefixOf, spaceOfKey } from './cache-keys.js';
import { NumberGroup } from './group-commands.js';

/** Keys that Redis looks at for one answer: about a millisecond of its time. */
const keysPerScan = 1000;

/** Times of writing are told apart by so many milliseconds when the oldest go: what keeps the table of them small. */
const grainMs = 1000;

/** Of SCAN: a thousand million keys. */
const maxAnswers = 1_000_000;

/** Vector spaces, and lists of them. */
const maxSpaces = 10_000;

/** Of removing the oldest; two are the rule. */
const maxRounds = 10;

/** The answer in time, or a {@link ServiceError}. */
type Ask = <T>(answer: Promise<T>) => Promise<T>;

export class RedisInventory {
  readonly #client: Redis;
  readonly #ask: Ask;
  readonly #ttlMs: number;

  constructor(client: Redis, ask: Ask, ttlSeconds: number) {
    this.#client = client;
    this.#ask = ask;
    this.#ttlMs = ttlSeconds * 1000;
  }

  /** Bytes by STRLEN, which are the vectors'; MEMORY USAGE adds Redis's own, and needs a right of its own. */
  async usage(): Promise<CacheUsage> {
    const tally = new Tally();
    const lists: string[] = [];
    for await (const keys of this.#keys()) {
      lists.push(...keys.filter((key) => key.startsWith(metaKey(spacesPrefix))));
      const entries = keys.filter((key) => spaceOfKey(key));
      const lengths = await this.#numbers('strlen', entries);
      for (const [index, key] of entries.entries()) {
        // An entry that ended meanwhile has no length.
        if (lengths[index]! > 0) tally.add(spaceOfKey(key)!, lengths[index]!);
      }
      if (tally.size > maxSpaces || lists.length > maxSpaces) await this.#ask(Promise.reject(endless()));
    }
    const spaces = tally.spaces(await this.#values(lists));
    return { ...totals(spaces), ...(await this.#lookups()), spaces };
  }

  /**
   * Redis keeps no time of writing: an entry's age is the time to live that is given now, less what is left
   * of its own. One that was given another time seems older or younger by the difference.
   * @returns how many entries went
   */
  async prune({ olderThanMs, maxBytes, keepSpace, entries }: PruneOptions): Promise<number> {
    let removed = 0;
    const named = entries?.hashes.map((hash) => prefixOf(entries.space) + hash) ?? [];
    for (let from = 0; from < named.length; from += keysPerScan) {
      removed += await this.#remove(named.slice(from, from + keysPerScan));
    }
    if (keepSpace) {
      const { spaces } = await this.usage();
      const gone = new Set(spaces.filter((space) => !keepSpace(space)).map(({ space }) => space));
      if (gone.size > 0)
        removed += await this.#removeWhere((keys) => keys.filter((key) => gone.has(spaceOfKey(key)!)));
    }
    if (olderThanMs !== undefined) {
      removed += await this.#removeWhere(async (keys) => {
        const before = Date.now() - olderThanMs;
        const written = await this.#written(keys);
        return keys.filter((_, index) => written[index]! < before);
      });
    }
    if (maxBytes !== undefined) removed += await this.#removeOldest(maxBytes);
    return removed;
  }

  /** @returns how many entries went, small values left out */
  async clear(): Promise<number> {
    let removed = 0;
    for await (const keys of this.#keys()) {
      removed += await this.#remove(keys.filter((key) => spaceOfKey(key)));
      await this.#remove(keys.filter(isMetaKey));
    }
    return removed;
  }

  /** In two passes, since Redis can't list by age: first how many bytes were written when, then what goes. */
  async #removeOldest(maxBytes: number): Promise<number> {
    let removed = 0;
    for (let round = 0; ; round++) {
      const { total, times } = await this.#bytesByTime();
      if (total <= maxBytes) return removed;
      let last = 0;
      let excess = total - maxBytes;
      for (const [time, bytes] of times) {
        last = time;
        if (bytes >= excess) break;
        excess -= bytes;
      }
      // All that was written before `last`, and of what was written then as much as needed.
      const step = await this.#removeWhere(async (keys) => {
        const [written, lengths] = [await this.#written(keys), await this.#numbers('strlen', keys)];
        return keys.filter((_, index) => {
          const time = grain(written[index]!);
          if (time !== last) return time < last;
          if (excess <= 0) return false;
          excess -= lengths[index]!;
          return true;
        });
      });
      // Times are wrong by the duration of the answers, so a few entries may have been missed: look again.
      removed += step;
      if (step === 0 || round === maxRounds) return removed;
    }
  }

  /** @returns bytes of each time, the oldest first */
  async #bytesByTime(): Promise<{ total: number; times: [time: number, bytes: number][] }> {
    const sums = new Map<number, number>();
    let total = 0;
    for await (const group of this.#keys()) {
      const keys = group.filter((key) => spaceOfKey(key));
      const [written, lengths] = [await this.#written(keys), await this.#numbers('strlen', keys)];
      for (const [index, bytes] of lengths.entries()) {
        const time = grain(written[index]!);
        sums.set(time, (sums.get(time) ?? 0) + bytes);
        total += bytes;
      }
    }
    return { total, times: [...sums].sort(([a], [b]) => a - b) };
  }

  /** Removes the entries that `choose` takes from each group. */
  async #removeWhere(choose: (keys: string[]) => string[] | Promise<string[]>): Promise<number> {
    let removed = 0;
    for await (const keys of this.#keys()) {
      removed += await this.#remove(await choose(keys.filter((key) => spaceOfKey(key))));
    }
    return removed;
  }

  /** All own keys. One may come twice while Redis makes its table smaller. */
  async *#keys(): AsyncGenerator<string[]> {
    let cursor = '0';
    for (let answers = 0; answers < maxAnswers; answers++) {
      const scan = this.#client.scan(cursor, 'MATCH', allKeys, 'COUNT', keysPerScan);
      const [next, keys] = await this.#shaped('SCAN', scan, isScan);
      if (keys.length > 0) yield keys;
      if (next === '0') return;
      cursor = next;
    }
    await this.#ask(Promise.reject(endless()));
  }

  /** The answer in time and of the right kind, or a {@link ServiceError}. */
  #shaped<T>(command: string, answer: Promise<unknown>, shape: Shape<T>): Promise<T> {
    return this.#ask(answer.then((one) => shaped(command, one, shape)));
  }

  async #numbers(name: 'strlen' | 'pttl', keys: readonly string[]): Promise<number[]> {
    if (keys.length === 0) return [];
    const numbers = new NumberGroup(name, keys).send(this.#client);
    return this.#shaped(name.toUpperCase(), numbers, wholes(keys.length));
  }

  /** When each was written, ms since 1970. One without an end, or with more time than is given now, is new. */
  async #written(keys: readonly string[]): Promise<number[]> {
    const left = await this.#numbers('pttl', keys);
    const now = Date.now();
    return left.map((ms) => (ms < 0 ? now : now - Math.max(0, this.#ttlMs - ms)));
  }

  async #remove(keys: string[]): Promise<number> {
    if (keys.length === 0) return 0;
    const removed = await this.#shaped('UNLINK', this.#client.unlink(keys), isWhole);
    return Math.min(Math.max(0, removed), keys.length);
  }

  async #values(keys: readonly string[]): Promise<Json[]> {
    const texts =
      keys.length === 0
        ? []
        : await this.#shaped('MGET', this.#client.mget([...keys]), textsOrNull(keys.length));
    return texts.flatMap((text) => {
      try {
        return [parseForeign(text ?? 'null') as Json];
      } catch {
        return []; // Not ours, or damaged: as good as absent.
      }
    });
  }

  async #lookups(): Promise<LookupCounts> {
    const [hits, misses] = await this.#shaped(
      'HMGET',
      this.#client.hmget(lookupsKey, 'hits', 'misses'),
      textsOrNull(2),
    );
    return { hits: countOf(hits), misses: countOf(misses) };
  }
}

/** Another program may have written it. */
function countOf(text: string | null | undefined): number {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : 0;
}

function endless(): ForeignReplyError {
  return new ForeignReplyError('it has more keys than any Redis');
}

function grain(time: number): number {
  return Math.floor(time / grainMs);
}
