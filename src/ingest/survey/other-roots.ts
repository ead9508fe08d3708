// Documents of the output under roots that a run doesn't name. They are kept and reported, since a folder that was
// moved or deleted would otherwise stay in all search results unnoticed. `--prune` removes them.
import type { Root } from '../../documents/walk/paths/roots.js';
import { isUnderRoot, sourceOf } from '../../documents/walk/sources/source-name.js';
import type { Output } from '../../output/read/output.js';
import type { KeptFailure } from '../../types/failure.js';
import { stdinRoot, stdinSource } from './standard-input.js';

/** Documents of the output under one root that the run doesn't name. */
export interface Elsewhere {
  /** The root: a file, folder or glob that an earlier run named. */
  root: string;
  /** How many of its documents the output has. */
  documents: number;
  /** Sources of the first of them, at most three. */
  first: string[];
}

/** Documents of each root that are named. */
const maxFirst = 3;

/** What the paths of a run name. */
export interface Named {
  /** The roots of the run, as sources. */
  labels: readonly string[];
  /** Roots that the settings name beside them, as sources: this run doesn't walk them. */
  others: readonly string[];
  /** Folders, as sources, that its patterns searched. */
  searched: readonly string[];
  /** Folder that relative sources start from. */
  base: string;
}

/** @param others roots that the settings name, as sources */
export function namedBy(roots: readonly Root[], others: readonly string[], base: string): Named {
  const searched = roots.flatMap(({ glob }) => (glob ? [sourceOf(glob.base, base)] : []));
  return { labels: roots.map(({ label }) => label), others, searched: [...new Set(searched)], base };
}

/** True when neither the run's paths nor the settings' sources cover `source`. */
function isElsewhere(source: string, { labels, others, searched, base }: Named): boolean {
  const isUnder = (place: string) => isUnderRoot(source, place, base);
  return ![labels, others, searched].some((places) => places.some(isUnder));
}

/**
 * Of the files that a run didn't see, those that its paths don't cover; never standard input.
 * @param unseen files of the output, each with its root
 */
export function filesElsewhere(unseen: ReadonlyMap<string, string>, named: Named): Map<string, string> {
  const files = new Map<string, string>();
  for (const [source, root] of unseen) {
    if (root !== stdinRoot && isElsewhere(source, named)) files.set(source, root);
  }
  return files;
}

/** The roots of `files` in the order of the output, with the number of documents of each, and the first of them. */
export function countElsewhere(files: ReadonlyMap<string, string>, output: Output): Elsewhere[] {
  if (files.size === 0) return [];
  const counts = new Map<string, Elsewhere>();
  for (const { source } of output.documents()) {
    const root = files.get(output.recordFileOf(source) ?? source);
    if (root === undefined) continue;
    const count = counts.get(root) ?? { root, documents: 0, first: [] };
    counts.set(root, count);
    count.documents++;
    if (count.first.length < maxFirst) count.first.push(source);
  }
  return [...counts.values()];
}

/** Failures of earlier runs that this run's paths don't cover. @param prune drop those, too, except of standard input */
export function failuresElsewhere(
  failures: readonly KeptFailure[],
  named: Named,
  prune: boolean,
): KeptFailure[] {
  const { labels, base } = named;
  return failures.filter(({ source }) => {
    if (labels.some((label) => isUnderRoot(source, label, base))) return false;
    // A failure has no root: one with the name of standard input counts as that.
    const isInput = source === stdinSource || source.startsWith(`${stdinSource}#`);
    return !prune || isInput || !isElsewhere(source, named);
  });
}
