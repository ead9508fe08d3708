// The first look at the paths, before anything is read: how much there is, and which documents of the
// previous output are gone for good. Removal is careful: what wasn't seen isn't gone.
import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { isUnderRoot } from '../documents/walk/source.js';
import type { WalkEntry } from '../documents/walk/walk.js';
import { UsageError } from '../errors.js';
import type { Output } from '../outputs/output.js';
import type { RunCounts } from './counts.js';
import { STDIN_ROOT } from './stdin.js';

export interface SurveyOptions {
  previous: Output | undefined;
  /** Asked after the walk: did patterns or the size limit leave files out? */
  filtered(): boolean;
  /** Folder that relative sources start from. */
  base: string;
  /** Folders, as sources, that were searched by a pattern. */
  searched: readonly string[];
  counts: RunCounts;
}

/** @returns sources of the previous output whose rows go: documents, and records of files that are gone */
export async function survey(
  entries: AsyncIterable<readonly WalkEntry[]>,
  options: SurveyOptions,
): Promise<Set<string>> {
  const { previous, counts } = options;
  const unseen = new Map(previous ? filesOf(previous) : []);
  const listed = new Map<string, boolean>();
  for await (const group of entries) {
    for (const entry of group) {
      if (entry.kind === 'file') {
        counts.files++;
        counts.bytes += entry.size;
        unseen.delete(entry.source);
      } else if (entry.kind === 'listed') {
        listed.set(entry.root, entry.complete);
      } else {
        unseen.delete(entry.failure.source);
      }
    }
  }
  const gone = new Set<string>();
  for (const [source, root] of unseen) if (isGone(source, root, listed, options)) gone.add(source);
  return previous ? withRecords(gone, previous) : gone;
}

/** @throws {UsageError} when more than half of the documents would go and nobody allowed it */
export function guardRemovals(removed: number, previous: Output | undefined, allowed: boolean): void {
  const before = previous?.manifest.documents.length ?? 0;
  if (allowed || removed * 2 <= before) return;
  throw new UsageError(
    `${removed} of the output's ${before} documents are gone, which is more than half; nothing was written: ` +
      'check the paths, or use --allow-removals if that is right.',
  );
}

/** Every file of an output with the root it was found under. */
function* filesOf(output: Output): Iterable<[string, string]> {
  const { documents, recordFiles } = output.manifest;
  const files = new Set(recordFiles.map((file) => file.source));
  for (const { source, root } of documents) if (!files.has(fileOf(source))) yield [source, root];
  for (const { source, root } of recordFiles) yield [source, root];
}

/** The file of a record's source. */
function fileOf(source: string): string {
  const hash = source.indexOf('#');
  return hash < 0 ? source : source.slice(0, hash);
}

function isGone(source: string, root: string, listed: Map<string, boolean>, options: SurveyOptions): boolean {
  if (root === STDIN_ROOT) return false;
  const ownRoot = listed.get(root);
  if (ownRoot === true && !options.filtered()) return true;
  if (ownRoot === false) return false;
  // Found through another root before, or maybe hidden by a filter now: gone only if it isn't there any more.
  const covered = [...listed].some(
    ([label, complete]) => complete && (label === root || isUnderRoot(source, label, options.base)),
  );
  return covered && !exists(resolve(options.base, source));
}

function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    // Only a clear "no such file" counts; anything else may be a disk that is away.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

function withRecords(gone: Set<string>, previous: Output): Set<string> {
  const files = new Set(
    previous.manifest.recordFiles.map((file) => file.source).filter((file) => gone.has(file)),
  );
  if (files.size === 0) return gone;
  for (const { source } of previous.manifest.documents) if (files.has(fileOf(source))) gone.add(source);
  return gone;
}
