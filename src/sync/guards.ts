// What keeps a sync from writing where it must not: another output's index, another vector space, too many removals.
import type { IndexState, Kept } from '../destinations/destination.js';
import { compareSpaces } from '../embedders/guard/compare-spaces.js';
import { OtherOutputError, UsageError, VectorSpaceError } from '../errors.js';
import { plural, whole } from '../text/plural.js';
import { printable } from '../text/printable.js';
import type { VectorSpace } from '../types/space.js';
import { spaceFromJson } from '../vectors/space-json.js';

/** Where a guard stands. */
export interface Guarded {
  /** The destination, without secrets. */
  shown: string;
  index: string;
}

/** @throws {OtherOutputError} when the index was last written by another output, or by a copy of this one */
export function guardOwner(
  { shown, index }: Guarded,
  state: IndexState | undefined,
  isOurs: (token: string) => boolean,
): void {
  if (state !== undefined && isOurs(state.token)) return;
  throw new OtherOutputError(
    `The index "${printable(index, 100)}" in ${shown} was last written by another output, or by a copy of this one: ` +
      'name another index with --index, or take it over with --take-over.',
  );
}

/**
 * @param replaces the rows of the index are replaced anyway
 * @param isShard the output is a shard, which can't replace the rows of others
 * @throws {VectorSpaceError} when the index, or another one in the same table, is of another vector space
 */
export function guardSpace(
  { shown, index }: Guarded,
  kept: Kept,
  space: VectorSpace,
  { replaces, isShard }: { replaces: boolean; isShard: boolean },
): void {
  for (const other of kept.others) {
    const reason = other.space === undefined ? undefined : unlike(other.space, space);
    if (reason !== undefined) {
      throw new VectorSpaceError(
        `${shown} holds the index "${printable(other.name, 100)}" of another vector space (${reason}), and one table can't hold both: name another table.`,
      );
    }
  }
  if (replaces || kept.index === undefined) return;
  const reason = unlike(kept.index.space, space);
  if (reason !== undefined) {
    throw new VectorSpaceError(
      `The index "${printable(index, 100)}" in ${shown} is of another vector space than the output (${reason}): ` +
        `${isShard ? 'sync the merged output with --rebuild' : 'replace its rows with --rebuild'}, or name another index and table.`,
    );
  }
}

/** What changed from a kept space to ours; undefined where nothing did. */
function unlike(json: unknown, space: VectorSpace): string | undefined {
  const known = spaceFromJson(json);
  if (known === undefined) return "it can't be read";
  const comparison = compareSpaces(known, space);
  return comparison.same ? undefined : printable(comparison.reason, 200);
}

/** Fewer rows than this may all go. */
const fewRows = 10;

/** Whether that many rows shouldn't go unasked. */
export function areMost(removed: number, all: number): boolean {
  return removed > fewRows && removed * 2 > all;
}

/**
 * @param lost rows of documents that the output doesn't have any more
 * @throws {UsageError} when they are more than half of all
 */
export function guardRemovals({ shown, index }: Guarded, lost: number, all: number): void {
  if (!areMost(lost, all)) return;
  throw new UsageError(
    `${whole(lost)} of ${plural(all, 'row')} of the index "${printable(index, 100)}" in ${shown} would be removed, ` +
      'as their documents are not in the output any more: look whether --out is the right output, then allow it with --allow-removals.',
  );
}

/** A file that is written whole can't keep the rows of other shards. */
export function refusesShards(shown: string): UsageError {
  return new UsageError(
    `${shown} holds rows of other shards, and is always written whole: name a file for each shard, or sync the merged output.`,
  );
}
