// Files of the output that this run has under another name, although they are still at their place. A file has another
// name where the output was moved to the parent folder of its documents (`/home/me/docs/a.md` is `docs/a.md` from there), and
// where a run names its folder by another way, such as a link.
import { realpathSync } from 'node:fs';
import { absoluteName, below } from '../../documents/walk/sources/source-name.js';
import type { WalkEntry } from '../../documents/walk/walk.js';
import type { Named } from './other-roots.js';
import { stdinRoot } from './standard-input.js';

/** What of an output this run has, or would have, under another name. */
export interface SameFiles {
  /** Old names of files that the run has under new ones. */
  files: Set<string>;
  /** Old names of files that the run can't read under new ones: these keep what they have. */
  unreadable: Set<string>;
  /** Old names by the names that their files would have in this run. */
  olds: ReadonlyMap<string, readonly string[]>;
  /** The root's names in this run. */
  rootNames(root: string): readonly string[];
  /** Another name in this run of a file that may not be in the output; undefined when it has none. */
  newName(source: string): string | undefined;
}

/**
 * Looks for the files by the real paths of the roots. Links below a root are not looked at: they are part of a name.
 * @param unseen files of the output that the run doesn't have under their own names, each with its root
 * @param entries all files of this run, those of other shards included
 * @returns undefined when none of them could have another name
 */
export async function findSameFiles(
  unseen: ReadonlyMap<string, string>,
  named: Named,
  entries: () => AsyncIterable<readonly WalkEntry[]>,
): Promise<SameFiles | undefined> {
  const names = new NamesInRun(named);
  const olds = new Map<string, string[]>();
  for (const [source, root] of unseen) {
    if (root === stdinRoot || named.labels.includes(root)) continue;
    for (const name of names.of(source, root)) olds.set(name, [...(olds.get(name) ?? []), source]);
  }
  if (olds.size === 0) return undefined;
  const files = new Set<string>();
  const unreadable = new Set<string>();
  for await (const group of entries()) {
    for (const entry of group) {
      if (entry.kind === 'file') for (const old of olds.get(entry.source) ?? []) files.add(old);
      else if (entry.kind === 'failure')
        for (const old of olds.get(entry.failure.source) ?? []) unreadable.add(old);
    }
  }
  const namesOf = (source: string): string[] => names.of(source, source);
  return { files, unreadable, olds, rootNames: namesOf, newName: (source) => namesOf(source)[0] };
}

/** Gives the names that files have, or would have, in a run. */
class NamesInRun {
  readonly #base: string;
  /** Absolute names of the run's roots, by the paths that lead to them. */
  readonly #roots = new Map<string, Set<string>>();
  /** All folders that hold one of them. */
  readonly #above = new Set<string>();
  /** Real paths of roots of the output that may share files with the run's; undefined: those that can't. */
  readonly #real = new Map<string, string | undefined>();

  constructor({ labels, base }: Named) {
    this.#base = base;
    for (const label of labels) {
      if (label === stdinRoot) continue;
      const path = absoluteName(label, base);
      for (const place of new Set([path, realPath(path)])) {
        this.#roots.set(place, (this.#roots.get(place) ?? new Set()).add(path));
        for (const folder of upwards(place)) this.#above.add(folder);
      }
    }
  }

  /** Other names of a file that was found under this root. */
  of(source: string, root: string): string[] {
    const real = this.#realRoot(root);
    if (real === undefined) return [];
    const path = absoluteName(source, this.#base);
    const rest = below(path, absoluteName(root, this.#base));
    const names = new Set<string>();
    for (const one of rest === undefined ? [path] : [path, join(real, rest)]) {
      for (const folder of upwards(one)) {
        for (const start of this.#roots.get(folder) ?? []) {
          const absolute = join(start, below(one, folder)!);
          names.add(below(absolute, this.#base) ?? absolute);
        }
      }
    }
    names.delete(source);
    return [...names];
  }

  #realRoot(root: string): string | undefined {
    if (this.#real.has(root)) return this.#real.get(root);
    const path = absoluteName(root, this.#base);
    const real = realPath(path);
    const isNear = [path, real].some(
      (one) => this.#above.has(one) || [...upwards(one)].some((folder) => this.#roots.has(folder)),
    );
    const found = isNear ? real : undefined;
    this.#real.set(root, found);
    return found;
  }
}

/** The path itself, and all folders above it. */
function* upwards(path: string): Iterable<string> {
  for (let one = path; one.length > 1; one = one.slice(0, one.lastIndexOf('/'))) yield one;
  yield '/';
}

function join(folder: string, rest: string): string {
  if (rest === '') return folder;
  return folder === '/' ? `/${rest}` : `${folder}/${rest}`;
}

/** The path without links; as it is when it can't be followed. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
