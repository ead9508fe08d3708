// src/ingest/survey: looks at the paths before any file is read.
//
// In: the walk's entries, and the previous output. Out: the number of files, and the documents whose rows will be
// removed, those that only are unlisted, and those under roots that the run doesn't name (other-roots.ts).
// What must hold: a document counts as gone only when a complete listing of its root, without an error and without
// filters, no longer has it; or the paths cover it and it doesn't exist any more.
// same-files.ts finds files that the run has under another name at the same place, moved-roots.ts what of the roots that it
// doesn't name it has elsewhere. removal-guard.ts stops a run that would
// remove too much; moved-documents.ts finds documents of a listed root with a new name for it.
import { isThere } from '../../documents/walk/sources/find-file.js';
import { isUnderRoot } from '../../documents/walk/sources/source-name.js';
import type { WalkEntry } from '../../documents/walk/walk.js';
import type { Output } from '../../output/read/output.js';
import type { RunCounts } from '../run-counts.js';
import type { Moved } from './moved-roots.js';
import { countElsewhere, type Elsewhere, filesElsewhere, type Named } from './other-roots.js';
import type { SameFiles } from './same-files.js';
import { stdinRoot } from './standard-input.js';

export interface SurveyOptions {
  previous: Output | undefined;
  /** Called after the walk: true when patterns or the size limit left files out. */
  filtered(): boolean;
  /** Called after the walk: true for a file that an ignore file leaves out. */
  isIgnored(source: string): boolean;
  named: Named;
  /** Remove documents under roots that the run doesn't name. */
  prune: boolean;
  counts: RunCounts;
  /** Which documents are those of the run. @default all */
  isOwn?: ((source: string) => boolean) | undefined;
  /** Called after the walk: of these sources, those that a rule of the program leaves out, and no longer the user's. */
  leftOut(sources: Iterable<string>): string[];
  /** Called after the walk: of these files, each with its root, those that have other names now. */
  moved(files: ReadonlyMap<string, string>, isComplete: boolean): Promise<Moved | undefined>;
  /** Called after the walk: of these files, each with its root, those that it found under other names. */
  sameFiles(files: ReadonlyMap<string, string>): Promise<SameFiles | undefined>;
}

export interface SurveyResult {
  /** Sources of the previous output whose rows are removed: documents, and records of files that are gone. */
  removed: Set<string>;
  /** Those of `removed` that no listed file has as its name: their rows are removed, no matter what is read. */
  leaving: Set<string>;
  /** Those of `removed` whose files are still there, and are left out now. */
  leftOut: Set<string>;
  /** Sources of the previous output that this listing lacks, for any reason. */
  unlisted: Set<string>;
  /** True when it lacks files that are there: patterns hide them, or a folder can't be read. */
  isPartial: boolean;
  /** Files that the walk could not read: without any document, they make the run one with failures. */
  failures: number;
  /** Kept documents under roots that the run doesn't name. */
  elsewhere: Elsewhere[];
  /** Kept documents whose files are there, but hidden from this run: by patterns, ignore files or a bound. */
  hidden: Elsewhere[];
  /** Removed documents under roots that the run doesn't name. */
  pruned: Elsewhere[];
  /** Documents that the run has under other names: the old ones go. */
  moved: Elsewhere[];
  /** Their sources, and those of their files. */
  renamed: Set<string>;
  /** The name that a file of the output has now; undefined when it has no other one. */
  newName(source: string): string | undefined;
  /** Old names of files that have others now, by these. */
  oldNames: ReadonlyMap<string, string>;
}

export async function survey(
  entries: AsyncIterable<readonly WalkEntry[]>,
  options: SurveyOptions,
): Promise<SurveyResult> {
  const { previous, counts } = options;
  const unseen = new Map(previous ? filesOf(previous) : []);
  const listed = new Map<string, boolean>();
  const recordLike: string[] = [];
  let failures = 0;
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
        const isOwn = options.isOwn?.(entry.failure.source) ?? true;
        if (isOwn && entry.failure.code !== 'unreadable-folder') failures++;
        unseen.delete(entry.failure.source);
      }
    }
  }
  const isPartial = options.filtered() || [...listed.values()].includes(false);
  const same = unseen.size > 0 ? await options.sameFiles(unseen) : undefined;
  for (const source of same?.unreadable ?? []) unseen.delete(source);
  const moved = new Map<string, string>();
  for (const source of same?.files ?? []) {
    const root = unseen.get(source);
    if (root !== undefined) moved.set(source, root);
  }
  const gone = new Set(moved.keys());
  for (const [source, root] of unseen) {
    const roots = [root, ...(same?.rootNames(root) ?? [])];
    if (roots.some((one) => isGone(source, one, listed, options))) gone.add(source);
  }
  if (!previous) {
    const nothing = {
      leftOut: new Set<string>(),
      ...{ elsewhere: [], hidden: [] },
      pruned: [],
      moved: [],
      renamed: new Set<string>(),
    };
    const none = { ...nothing, newName: () => undefined, oldNames: new Map<string, string>() };
    return { removed: gone, unlisted: gone, leaving: gone, isPartial, failures, ...none };
  }
  const leftOut = options.leftOut(unseen.keys());
  for (const name of options.leftOut(same?.olds.keys() ?? [])) leftOut.push(...same!.olds.get(name)!);
  for (const source of leftOut) gone.add(source);
  const others = filesElsewhere(unseen, options.named);
  for (const source of gone) others.delete(source);
  const found = others.size > 0 ? await options.moved(others, !isPartial) : undefined;
  for (const source of found?.files ?? []) moved.set(source, others.get(source)!);
  for (const source of [...(found?.files ?? []), ...(found?.lost ?? [])]) {
    gone.add(source);
    others.delete(source);
  }
  const unnamed = countElsewhere(others, previous);
  if (options.prune) for (const source of others.keys()) gone.add(source);
  const removed = withRecords(gone, previous);
  const unlisted = withRecords(unseen.keys(), previous);
  const leaving = new Set(removed);
  for (const source of recordLike) leaving.delete(source);
  const [elsewhere, pruned] = options.prune ? [[], unnamed] : [unnamed, []];
  const isWhole = ![...listed.values()].includes(false);
  // A source of the settings that this run doesn't walk hides nothing.
  const { base, searched } = options.named;
  const walked = [...listed.keys(), ...searched];
  const kept = [...unseen].filter(
    ([source, root]) =>
      isWhole &&
      root !== stdinRoot &&
      !gone.has(source) &&
      !others.has(source) &&
      walked.some((place) => place === root || isUnderRoot(source, place, base)),
  );
  const hidden = countElsewhere(new Map(kept), previous);
  const rest = {
    leftOut: withRecords(leftOut, previous),
    unlisted,
    isPartial,
    failures,
    elsewhere,
    hidden,
    pruned,
  };
  const renamed = withRecords(moved.keys(), previous);
  const oldNames = new Map(found?.oldNames);
  for (const [name, olds] of same?.olds ?? []) {
    const old = olds.find((one) => moved.has(one));
    if (old !== undefined) oldNames.set(name, old);
  }
  const newNames = new Map([...oldNames].map(([name, old]) => [old, name]));
  const newName = (source: string) =>
    renamedFile(source, newNames) ?? found?.newName(source) ?? same?.newName(source);
  const names = { renamed, newName, oldNames };
  return { removed, leaving, ...rest, moved: countElsewhere(moved, previous), ...names };
}

/** The new name of a file, or of a record of one. */
function renamedFile(source: string, newNames: ReadonlyMap<string, string>): string | undefined {
  for (let at = source.length; at > 0; at = source.lastIndexOf('#', at - 1)) {
    const name = newNames.get(source.slice(0, at));
    if (name !== undefined) return name + source.slice(at);
  }
  return undefined;
}

/** Every file of an output with the root it was found under. */
function* filesOf(output: Output): Iterable<[string, string]> {
  for (const { source, root } of output.manifest.documents) {
    if (output.recordFileOf(source) === undefined) yield [source, root];
  }
  for (const { source, root } of output.manifest.recordFiles) yield [source, root];
}

function isGone(source: string, root: string, listed: Map<string, boolean>, options: SurveyOptions): boolean {
  if (root === stdinRoot) return false;
  const ownRoot = listed.get(root);
  if (ownRoot === true && (!options.filtered() || options.isIgnored(source))) return true;
  if (ownRoot === false) return false;
  // It was found through another root, or a pattern may hide it now: it is gone only if it doesn't exist any more.
  const { base, searched } = options.named;
  const covering = [...listed].flatMap(([label, complete]) =>
    complete && (label === root || isUnderRoot(source, label, base)) ? [label] : [],
  );
  const covered = covering.length > 0 || searched.some((folder) => isUnderRoot(source, folder, base));
  if (!covered || !isThere(source, base)) return covered;
  // Of a part of its root, an ignore file says the same as of the whole.
  return options.isIgnored(source) && covering.some((label) => isUnderRoot(label, root, base));
}

/** These sources, and the records of the files among them. */
export function withRecords(sources: Iterable<string>, previous: Output): Set<string> {
  const all = new Set(sources);
  if (!previous.manifest.recordFiles.some((file) => all.has(file.source))) return all;
  for (const { source } of previous.documents()) {
    const file = previous.recordFileOf(source);
    if (file !== undefined && all.has(file)) all.add(source);
  }
  return all;
}
