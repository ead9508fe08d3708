// The first look at the paths, before anything is read: how much there is, and which documents of the
// previous output are gone for good. Removal is careful: what wasn't seen isn't gone.
import { isThere } from '../../documents/walk/sources/find-file.js';
import { isUnderRoot } from '../../documents/walk/sources/source-name.js';
import type { WalkEntry } from '../../documents/walk/walk.js';
import type { Output } from '../../output/read/output.js';
import type { RunCounts } from '../run-counts.js';
import { countElsewhere, type Elsewhere, filesElsewhere, type Named } from './other-roots.js';
import { STDIN_ROOT } from './standard-input.js';

export interface SurveyOptions {
  previous: Output | undefined;
  /** Asked after the walk: did patterns or the size limit leave files out? */
  filtered(): boolean;
  named: Named;
  /** Remove what lies under roots that the run doesn't name. */
  prune: boolean;
  counts: RunCounts;
}

export interface SurveyResult {
  /** Sources of the previous output whose rows go: documents, and records of files that are gone. */
  removed: Set<string>;
  /** Of these, all that no file of this listing is named like: their rows go whatever is read. */
  leaving: Set<string>;
  /** What of the previous output this listing doesn't have, for whatever reason. */
  unlisted: Set<string>;
  /** What is kept although the run names none of the roots that it lies under. */
  elsewhere: Elsewhere[];
  /** What goes since the run names none of the roots that it lies under. */
  pruned: Elsewhere[];
}

export async function survey(
  entries: AsyncIterable<readonly WalkEntry[]>,
  options: SurveyOptions,
): Promise<SurveyResult> {
  const { previous, counts } = options;
  const unseen = new Map(previous ? filesOf(previous) : []);
  const listed = new Map<string, boolean>();
  const recordLike: string[] = [];
  for await (const group of entries) {
    for (const entry of group) {
      if (entry.kind === 'file') {
        counts.files++;
        counts.bytes += entry.size;
        unseen.delete(entry.source);
        if (entry.source.includes('#')) recordLike.push(entry.source);
      } else if (entry.kind === 'listed') {
        listed.set(entry.root, entry.complete);
      } else {
        unseen.delete(entry.failure.source);
      }
    }
  }
  const gone = new Set<string>();
  for (const [source, root] of unseen) if (isGone(source, root, listed, options)) gone.add(source);
  if (!previous) return { removed: gone, unlisted: gone, leaving: gone, elsewhere: [], pruned: [] };
  const others = filesElsewhere(unseen, options.named);
  const unnamed = countElsewhere(others, previous);
  if (options.prune) for (const source of others.keys()) gone.add(source);
  const removed = withRecords(gone, previous);
  const unlisted = withRecords(new Set(unseen.keys()), previous);
  const leaving = new Set(removed);
  for (const source of recordLike) leaving.delete(source);
  const [elsewhere, pruned] = options.prune ? [[], unnamed] : [unnamed, []];
  return { removed, leaving, unlisted, elsewhere, pruned };
}

/** Every file of an output with the root it was found under. */
function* filesOf(output: Output): Iterable<[string, string]> {
  for (const { source, root } of output.manifest.documents) {
    if (output.recordFileOf(source) === undefined) yield [source, root];
  }
  for (const { source, root } of output.manifest.recordFiles) yield [source, root];
}

function isGone(source: string, root: string, listed: Map<string, boolean>, options: SurveyOptions): boolean {
  if (root === STDIN_ROOT) return false;
  const ownRoot = listed.get(root);
  if (ownRoot === true && !options.filtered()) return true;
  if (ownRoot === false) return false;
  // Found through another root before, or maybe hidden by a filter now: gone only if it isn't there any more.
  const covered =
    [...listed].some(
      ([label, complete]) => complete && (label === root || isUnderRoot(source, label, options.named.base)),
    ) || options.named.searched.some((folder) => isUnderRoot(source, folder, options.named.base));
  return covered && !isThere(source, options.named.base);
}

/** Adds the records of the files among `sources`. */
function withRecords(sources: Set<string>, previous: Output): Set<string> {
  if (!previous.manifest.recordFiles.some((file) => sources.has(file.source))) return sources;
  for (const { source } of previous.documents()) {
    const file = previous.recordFileOf(source);
    if (file !== undefined && sources.has(file)) sources.add(source);
  }
  return sources;
}
