// Removes all rows of an index, for stores that only remove what is named.
import type { DestinationError } from '../errors.js';

/** Rows that a store may list at most: more than any sync takes. */
export const maxListed = 100_000_000;

export interface Removing<Id> {
  /** Some of the rows that are left; none when all are gone. */
  list(): Promise<readonly Id[]>;
  remove(ids: readonly Id[]): Promise<void>;
  /** The error of a store that does what it shouldn't. */
  failed(said: string): DestinationError;
}

/** @throws {DestinationError} when the store lists again what it removed, or without an end */
export async function removeAll<Id>({ list, remove, failed }: Removing<Id>): Promise<void> {
  let before: ReadonlySet<Id> = new Set();
  for (let removed = 0; ; ) {
    const ids = await list();
    if (ids.length === 0) return;
    if (ids.every((id) => before.has(id))) throw failed('it lists what it has removed');
    removed += ids.length;
    if (removed > maxListed) throw failed('it lists without an end');
    await remove(ids);
    before = new Set(ids);
  }
}
