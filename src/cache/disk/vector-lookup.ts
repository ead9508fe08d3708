// A look-up of many vectors in the cache on disk: those that are on their way there, and those in its packs.
import type { Vector } from '../../types/vector.js';
import { vectorAt } from '../../vectors/bytes.js';
import type { DiskStore } from './store.js';
import { entryKey, type Place, readPlace } from './vector-pack.js';
import type { PackQueue } from './write-queue.js';

export interface Wanted {
  space: string;
  hashes: readonly string[];
  dimensions: number;
}

/**
 * Places first, then pack by pack: every read overwrites the memory of the one before.
 * @param queue of packs that aren't written yet
 * @param found filled in at the places of the hashes that are there, also when a later one can't be read
 * @throws what the store throws
 */
export function lookUp(
  store: DiskStore,
  queue: PackQueue,
  { space, hashes, dimensions }: Wanted,
  found: (Vector | undefined)[],
): void {
  const packs = new Map<string, { place: Place; index: number }[]>();
  for (const [index, hash] of hashes.entries()) {
    const uncommitted = queue.find(space, hash);
    if (uncommitted) {
      if (uncommitted.length === dimensions) found[index] = uncommitted.slice();
      continue;
    }
    const bytes = store.place(entryKey(space, hash));
    if (!bytes) continue;
    const place = readPlace(bytes);
    if (place.length !== dimensions * 4) continue;
    const name = place.pack.toString('latin1');
    const wanted = packs.get(name);
    if (wanted) wanted.push({ place, index });
    else packs.set(name, [{ place, index }]);
  }
  for (const wanted of packs.values()) {
    const bytes = store.pack(wanted[0]!.place.pack);
    if (!bytes) continue;
    for (const { place, index } of wanted) found[index] = vectorAt(bytes, place.start, dimensions);
  }
}
