// What a run reads: the paths that were typed, or the sources of the settings, all or some of them by name.
import { resolve } from 'node:path';
import type { NamedSource } from '../../config/kinds/sources.js';
import type { Settings } from '../../config/settings.js';
import { labelOf, type Root, resolveRoots, rootOf } from '../../documents/walk/paths/roots.js';
import { UsageError } from '../../errors.js';
import { nearest } from '../../text/nearest-word.js';
import { printable } from '../../text/printable.js';

export interface RootOptions {
  /** As typed; none: the settings' sources. */
  paths: readonly string[];
  /** Names of sources; none: all of them. */
  choose: readonly string[];
  settings: Settings;
  cwd: string;
  /** The output's parent folder. */
  base: string;
}

export interface NamedRoots {
  roots: Root[];
  /** Labels of the settings' sources that this run doesn't read: they count as named, too. */
  others: string[];
  /** For messages. */
  shown: string;
}

/** @throws {UsageError} when nothing is named, or something that isn't there */
export async function namedRoots(options: RootOptions): Promise<NamedRoots> {
  const { paths, choose, settings, cwd, base } = options;
  const chosen = paths.length > 0 ? [] : chosenSources(settings.sources, choose);
  if (paths.length > 0 && choose.length > 0) {
    throw new UsageError('Paths and --choose name different things: give either paths or names of sources.');
  }
  const others = settings.sources
    .filter((source) => !chosen.includes(source))
    .map(({ path }) => labelOf(resolve(cwd, path), base));
  if (paths.length > 0) {
    const roots = await resolveRoots(paths, cwd, base);
    const meant = roots.flatMap((root) => asSources(root, settings.sources, cwd, base));
    return { roots: meant, others, shown: paths.join(', ') };
  }
  const roots: Root[] = [];
  for (const { name, path, include, exclude } of chosen) {
    const root = await rootOf(resolve(cwd, path), base, path).catch((error) => {
      throw error instanceof UsageError ? new UsageError(`Source "${name}": ${error.message}`) : error;
    });
    roots.push({ ...root, own: { include, exclude } });
  }
  return { roots, others, shown: chosen.map(({ name }) => name).join(', ') };
}

/**
 * Sources whose path was typed are meant by it: a root for each, with its patterns.
 * @param sources of the settings, whose paths start at `cwd` @param base the output's parent folder
 */
export function asSources(root: Root, sources: readonly NamedSource[], cwd: string, base: string): Root[] {
  if (root.kind !== 'folder' || root.glob !== undefined) return [root];
  const meant = sources.filter(({ path }) => labelOf(resolve(cwd, path), base) === root.label);
  const roots = meant.map(({ include, exclude }) => ({ ...root, own: { include, exclude } }));
  return roots.length > 0 ? roots : [root];
}

function chosenSources(sources: readonly NamedSource[], choose: readonly string[]): readonly NamedSource[] {
  if (sources.length === 0) {
    throw new UsageError(
      'Nothing is named: give a file or folder, such as `embed ingest ./docs`, or set `sources` in .batchrc.',
    );
  }
  if (choose.length === 0) return sources;
  const names = sources.map(({ name }) => name);
  const unknown = choose.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const right = nearest(unknown, names);
    const hint =
      right === undefined ? `there are ${names.slice(0, 20).join(', ')}` : `did you mean "${right}"?`;
    throw new UsageError(`There is no source "${printable(unknown, 100)}": ${hint}`);
  }
  return sources.filter(({ name }) => choose.includes(name));
}
