// Counts the entries of the disk cache, and removes them. It reads in slices, so that it blocks neither the process nor
// LMDB, which keeps old pages for a reader. It removes whole packs, since only those free pages.
import { setImmediate as otherWork } from 'node:timers/promises';
import type { CacheUsage, PruneOptions } from '../../types/cache.js';
import type { Json } from '../../types/json.js';
import { spacesPrefix } from '../space-registry.js';
import { Tally, totals } from '../usage.js';
import type { DiskStore } from './store.js';
import { type DiskTables, type Removed, removePacks } from './tables.js';
import { entryKey, packTime, readPlace, spaceOfEntry } from './vector-pack.js';

/** Entries per slice: a few milliseconds. */
const sliceEntries = 10_000;

export async function diskUsage(store: DiskStore): Promise<CacheUsage> {
  // lmdb-js reads from one snapshot until its next timer; others may have written since.
  store.tables.environment.resetReadTxn();
  const tally = new Tally();
  for await (const [entry, place] of allPlaces(store.tables)) {
    tally.add(spaceOfEntry(entry), readPlace(place).length);
  }
  const spaces = tally.spaces(registeredSpaces(store.tables));
  return { ...totals(spaces), ...store.lookups, spaces };
}

/**
 * Removes entries by packs: those that were written together have the same age and are removed together.
 * @returns the number of removed entries
 */
export async function pruneDisk(store: DiskStore, options: PruneOptions): Promise<number> {
  const { olderThanMs, maxBytes, keepSpace, entries: named } = options;
  let entries = 0;
  if (named) entries += await removeNamed(store, named);
  if (keepSpace) {
    const { spaces } = await diskUsage(store);
    for (const space of spaces.filter((candidate) => !keepSpace(candidate))) {
      entries += await removeSpace(store, Buffer.from(space.space, 'hex'));
    }
  }
  if (olderThanMs !== undefined) {
    const before = Date.now() - olderThanMs;
    const old = () => store.oldest().filter((pack) => packTime(pack) < before);
    entries += (await removeAll(store, old, () => false)).entries;
  }
  if (maxBytes !== undefined) {
    const excess = (await diskUsage(store)).bytes - maxBytes;
    const oldest = () => store.oldest();
    if (excess > 0) entries += (await removeAll(store, oldest, (bytes) => bytes >= excess)).entries;
  }
  return entries;
}

/** Empties all tables at once; their pages can be reused. @returns the number of removed entries */
export function clearDisk(store: DiskStore): Promise<number> {
  const { places, packs, meta } = store.tables;
  return store.transaction(() => {
    const entries = places.getKeysCount();
    places.clearSync();
    packs.clearSync();
    meta.clearSync();
    return entries;
  });
}

/** Keys and places of all entries, in slices. It may miss entries that are added or removed meanwhile. */
async function* allPlaces(tables: DiskTables): AsyncGenerator<[Buffer, Buffer]> {
  let last: Buffer | undefined;
  for (;;) {
    const range = tables.places.getRange({
      limit: sliceEntries,
      ...(last && { start: last, exclusiveStart: true }),
    });
    const slice = [...range];
    for (const { key, value } of slice) yield [key, value];
    if (slice.length < sliceEntries) return;
    last = slice.at(-1)!.key;
    await otherWork();
  }
}

function registeredSpaces(tables: DiskTables): Json[] {
  const lists = tables.meta.getRange({ start: spacesPrefix, end: `${spacesPrefix}\u{ffff}` });
  return [...lists].map(({ value }): Json => JSON.parse(value));
}

/** Removes entries with the packs that hold them. */
async function removeNamed(
  store: DiskStore,
  { space, hashes }: NonNullable<PruneOptions['entries']>,
): Promise<number> {
  const packs = () => {
    const keys = new Map<string, Buffer>();
    for (const hash of hashes) {
      const place = store.place(entryKey(space, hash));
      if (place === undefined) continue;
      const { pack } = readPlace(place);
      keys.set(pack.toString('latin1'), pack);
    }
    return [...keys.values()];
  };
  return (await removeAll(store, packs, () => false)).entries;
}

/** Removes a space. Packs whose entries were all written again stay, as no entry leads to them; they are removed by age. */
async function removeSpace(store: DiskStore, space: Buffer): Promise<number> {
  const { places } = store.tables;
  const end = Buffer.concat([space, Buffer.alloc(33, 0xff)]);
  const packs = () => {
    const keys = new Map<string, Buffer>();
    for (const { value } of places.getRange({ start: space, end, limit: 1000 })) {
      const { pack } = readPlace(value);
      keys.set(pack.toString('latin1'), pack);
    }
    return [...keys.values()];
  };
  return (await removeAll(store, packs, () => false)).entries;
}

/** Removes packs in steps. Each transaction looks its packs up again, as other processes write meanwhile. */
async function removeAll(
  store: DiskStore,
  packs: () => Buffer[],
  enough: (bytes: number) => boolean,
): Promise<Removed> {
  const sum = { entries: 0, bytes: 0, packBytes: 0 };
  while (!enough(sum.bytes)) {
    const step = await store.transaction(() =>
      removePacks(
        store.tables,
        packs(),
        ({ bytes, packBytes }) => packBytes > store.step || enough(sum.bytes + bytes),
      ),
    );
    if (step.packBytes === 0) break;
    sum.entries += step.entries;
    sum.bytes += step.bytes;
    sum.packBytes += step.packBytes;
  }
  return sum;
}
