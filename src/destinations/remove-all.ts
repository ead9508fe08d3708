// Removes all rows of an index, for stores that only remove what is named.
import type { DestinationError } from '../errors.js';

/** Removals of fewer rows than were asked for, when only the last one can be: others may write meanwhile, but not so often. */
const maxPartial = 100;
/** Rows that a store may list at most: more than any sync takes. */
export const maxListed = 100_000_000;

export interface Removing<Id> {
  /** Rows of one listing. */
  most: number;
  /** So many of the rows that are left, or all; none when all are gone. */
  list(): Promise<readonly Id[]>;
  remove(ids: readonly Id[]): Promise<void>;
  /** The error of a store that does what it shouldn't. */
  failed(said: string): DestinationError;
}

/** @throws {DestinationError} when the store lists again what it removed, or without an end */
export async function removeAll<Id>({ most, list, remove, failed }: Removing<Id>): Promise<void> {
  let before: ReadonlySet<Id> = new Set();
  let partial = 0;
  for (let removed = 0; ; ) {
    const ids = await list();
    if (ids.length === 0) return;
    if (ids.every((id) => before.has(id))) throw failed('it lists what it has removed');
    removed += ids.length;
    if (ids.length < most) partial++;
    if (removed > maxListed || partial > maxPartial) throw failed('it lists without an end');
    await remove(ids);
    before = new Set(ids);
  }
}
