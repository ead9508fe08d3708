// Documents of the output that this run finds under other names. Names are relative to the output's parent folder, so
// all of them change when an output is moved or copied without its documents; some do when a folder is renamed.
import { isThere } from '../../documents/walk/sources/find-file.js';
import { isUnderRoot } from '../../documents/walk/sources/source-name.js';
import type { WalkEntry } from '../../documents/walk/walk.js';
import { readForeign } from '../../files/foreign-file.js';
import { readAgainHash } from '../../output/format/manifest.js';
import type { Output } from '../../output/read/output.js';
import { hexHash } from '../../text/sha256.js';
import type { Named } from './other-roots.js';
import { stdinRoot } from './standard-input.js';

type FileEntry = Extract<WalkEntry, { kind: 'file' }> & { bytes?: Buffer };

/** What of an output is under another name now. */
export interface Moved {
  /** Old names of files that this run finds under new ones. */
  files: Set<string>;
  /** Old names of files that would have new ones, but aren't there: they went before or after the move. */
  lost: Set<string>;
  /** Their old names, by the new ones. */
  oldNames: Map<string, string>;
  /** The name that a file of an output that was moved would have now; undefined when it isn't known to have another. */
  newName(source: string): string | undefined;
}

export interface MovedOptions {
  previous: Output;
  named: Named;
  /** All files of this run, those of other shards included. */
  entries: AsyncIterable<readonly WalkEntry[]>;
  /** True when the listing has all files of its roots. */
  isComplete: boolean;
  maxFileSize: number;
  /** SHA-256 of the bytes of files that couldn't be read, by their names. */
  unread: ReadonlyMap<string, string>;
}

/** An old name, and the new one of a file with the same bytes. */
type Pair = readonly [from: string, to: string];

/**
 * A file has moved when it isn't at its place, and this run has a file with its bytes that the output didn't have. Of
 * the absent files of a root at least half must be found so: two folders that share a licence are not one folder.
 * Where old and new names differ by the folders in front alone (`docs/a.md`, `project/docs/a.md`), it is the
 * output that was moved: then files that were edited or deleted since count by their names.
 * @param files of roots that the run doesn't name, each with its root
 */
export async function findMoved(files: ReadonlyMap<string, string>, options: MovedOptions): Promise<Moved> {
  const { named, isComplete } = options;
  const absent = [...files.keys()].filter((source) => !isThere(source, named.base));
  const oldNames = new Map<string, string>();
  const moved: Moved = { files: new Set(), lost: new Set(), oldNames, newName: () => undefined };
  if (absent.length === 0) return moved;
  const wanted = new Map<string, string[]>();
  for (const source of absent) {
    for (const hash of hashesOf(source, options)) {
      wanted.set(hash, [...(wanted.get(hash) ?? []), source]);
    }
  }
  const { found, listed } = await findBytes(wanted, options);
  const changes: (Change & { root: string })[] = [];
  for (const [root, sources] of byRoot(absent, files)) {
    const pairs = sources.flatMap((source): Pair[] => {
      const to = found.get(source);
      return to === undefined ? [] : [[source, to]];
    });
    if (pairs.length * 2 < sources.length) continue;
    for (const [from, to] of pairs) {
      moved.files.add(from);
      oldNames.set(to, from);
    }
    const change = mostFrequent(pairs.flatMap(([from, to]) => changeOf(from, to) ?? []));
    if (change === undefined || change.count * 2 < sources.length) continue;
    changes.push({ ...change, root });
    for (const source of sources) {
      const to = renamed(source, change);
      if (to === undefined || moved.files.has(source)) continue;
      if (listed.has(to)) {
        moved.files.add(source);
        oldNames.set(to, source);
      } else if (isComplete && named.labels.some((label) => isUnderRoot(to, label, named.base)))
        moved.lost.add(source);
    }
  }
  moved.newName = (source) => {
    const change = changes.find(({ root }) => isUnderRoot(source, root, named.base));
    return change && !isThere(source, named.base) ? renamed(source, change) : undefined;
  };
  return moved;
}

/** Old names of the wanted bytes, with the new ones, and all names of this run. */
async function findBytes(
  wanted: ReadonlyMap<string, string[]>,
  { previous, entries, maxFileSize }: MovedOptions,
): Promise<{ found: Map<string, string>; listed: Set<string> }> {
  const listed = new Set<string>();
  const arrived = new Map<string, string[]>();
  for await (const group of entries) {
    for (const entry of group) {
      if (entry.kind === 'failure') listed.add(entry.failure.source);
      if (entry.kind !== 'file') continue;
      listed.add(entry.source);
      if (entry.root === stdinRoot) continue;
      const kept = hashOf(entry.source, previous);
      const hash = kept ?? bytesHash(entry, maxFileSize);
      const sources = hash === undefined ? undefined : wanted.get(hash);
      if (sources === undefined) continue;
      // What the output has under both names since an earlier run is there twice only if the output was moved.
      if (kept !== undefined && !sources.some((source) => changeOf(source, entry.source))) continue;
      arrived.set(hash!, [...(arrived.get(hash!) ?? []), entry.source]);
    }
  }
  const found = new Map<string, string>();
  for (const [hash, names] of arrived) pair(wanted.get(hash)!, names, found);
  return { found, listed };
}

/** Pairs files of the same bytes: those whose names end alike first. Each new name stands for one old one. */
function pair(olds: readonly string[], news: readonly string[], found: Map<string, string>): void {
  const left = new Set(news);
  const take = (from: string, to: string | undefined): void => {
    if (to === undefined) return;
    found.set(from, to);
    left.delete(to);
  };
  for (const from of olds)
    take(
      from,
      [...left].find((to) => changeOf(from, to)),
    );
  for (const from of olds) if (!found.has(from)) take(from, left.values().next().value);
}

/** What stands in front of names: `old` is taken away, `new` is put there; one of them is empty. */
interface Change {
  old: string;
  new: string;
}

/** How the folders in front of a name changed; undefined when more did. */
function changeOf(from: string, to: string): Change | undefined {
  if (from === to) return undefined;
  if (to.endsWith(from.startsWith('/') ? from : `/${from}`))
    return { old: '', new: to.slice(0, -from.length) };
  if (from.endsWith(to.startsWith('/') ? to : `/${to}`)) return { old: from.slice(0, -to.length), new: '' };
  return undefined;
}

function renamed(source: string, change: Change): string | undefined {
  return source.startsWith(change.old) ? change.new + source.slice(change.old.length) : undefined;
}

function mostFrequent(changes: readonly Change[]): (Change & { count: number }) | undefined {
  const counts = new Map<string, Change & { count: number }>();
  for (const change of changes) {
    const key = JSON.stringify([change.old, change.new]);
    counts.set(key, { ...change, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0];
}

function byRoot(sources: readonly string[], roots: ReadonlyMap<string, string>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const source of sources) {
    const root = roots.get(source)!;
    const group = groups.get(root);
    if (group) group.push(source);
    else groups.set(root, [source]);
  }
  return groups;
}

/** The hash of what the output has of a file, and that of what couldn't be read since. */
function hashesOf(source: string, { previous, unread }: MovedOptions): Set<string> {
  const hashes = [hashOf(source, previous), unread.get(source)];
  return new Set(hashes.filter((hash) => hash !== undefined));
}

/** The hash of a file of the output; undefined when it has none, or one that no file has. */
function hashOf(source: string, output: Output): string | undefined {
  const hash = output.document(source)?.hash ?? output.recordFile(source)?.hash;
  return hash === readAgainHash ? undefined : hash;
}

/** Undefined when it can't be read, which the run will tell at its turn. */
function bytesHash({ path, bytes }: FileEntry, maxFileSize: number): string | undefined {
  try {
    return hexHash('sha256', bytes ?? readForeign(path, maxFileSize));
  } catch {
    return undefined;
  }
}
