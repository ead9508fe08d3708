// src/documents/walk/paths: turns the paths of a command line into roots: files, folders, patterns, standard input.
//
// In: paths as typed. Out: `Root`s, each with a label for the manifest; or a UsageError that names the likely right
// path. expand-pattern.ts finds the matches of a pattern; root-folder.ts and named-files.ts prepare roots for the walk.
import { existsSync, readdirSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { UsageError } from '../../../errors.js';
import { nearest } from '../../../text/nearest-word.js';
import { isPattern } from '../../globs/tokens.js';
import { sourceOf } from '../sources/source-name.js';
import { matchesBelow, patternOrigin } from './expand-pattern.js';
import { withinBase } from './within-base.js';

/** Where a walk starts. */
export interface Root {
  kind: 'file' | 'folder' | 'stdin';
  /** Absolute, normalised; `-` for standard input. */
  path: string;
  /** The root as a source: relative to the output's parent folder when inside it, else absolute. */
  label: string;
  /** Set when a pattern matched it: ignore rules from `base` down apply, as the path itself wasn't named. */
  glob?: { base: string; nodeModules: boolean };
  /** Patterns of its own beside those of the whole walk, as {@link WalkOptions} has them. */
  own?: { include: readonly string[]; exclude: readonly string[] };
}

/**
 * The root at one path, which is no pattern.
 * @param absolute its path @param shown the path for messages
 * @throws {UsageError} when it doesn't exist or can't be read
 */
export async function rootOf(absolute: string, base: string, shown = absolute): Promise<Root> {
  const stats = await statOf(absolute, shown);
  if (stats === undefined) {
    throw new UsageError(`There is no file or folder "${shown}": ${hint(shown, absolute)}`);
  }
  refuseSpecial(stats, shown);
  return rootAt(absolute, base, stats.isDirectory());
}

/** The label that a root at this path has or would have. */
export function labelOf(absolute: string, base: string): string {
  return sourceOf(existsSync(absolute) ? withinBase(absolute, base) : absolute, base);
}

/**
 * The roots that `paths` name: files, folders, glob patterns (where nothing has that very name) and `-`.
 * @param base the output's parent folder, which labels are relative to
 * @throws {UsageError} for a path that doesn't exist or can't be read, and a pattern that matches nothing
 */
export async function resolveRoots(paths: readonly string[], cwd: string, base = cwd): Promise<Root[]> {
  const roots = new Map<string, Root>();
  for (const path of paths) {
    for (const root of await rootsOf(path, cwd, base)) {
      const known = roots.get(root.path);
      // A path that is also named by itself counts as named.
      if (known === undefined || (known.glob !== undefined && root.glob === undefined))
        roots.set(root.path, root);
    }
  }
  return [...roots.values()];
}

async function rootsOf(path: string, cwd: string, base: string): Promise<Root[]> {
  if (path === '-') return [{ kind: 'stdin', path: '-', label: '-' }];
  if (path === '') throw new UsageError('An empty path names nothing: give a file or folder.');
  const absolute = resolve(cwd, path);
  if (isPattern(path) && (await statOf(absolute, path)) === undefined) return expand(path, cwd, base);
  return [await rootOf(absolute, base, path)];
}

function refuseSpecial(stats: Stats, path: string): void {
  if (stats.isFile() || stats.isDirectory()) return;
  throw new UsageError(
    `"${path}" is neither a file nor a folder: send its text to standard input and name it "-".`,
  );
}

function rootAt(absolute: string, base: string, isFolder: boolean): Root {
  const path = withinBase(absolute, base);
  return { kind: isFolder ? 'folder' : 'file', path, label: sourceOf(path, base) };
}

async function statOf(absolute: string, path: string): Promise<Stats | undefined> {
  try {
    return await stat(absolute);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw new UsageError(`"${path}" can't be read (${code}): check its permissions.`, { cause: error });
  }
}

/** The roots that a pattern matches. */
async function expand(pattern: string, cwd: string, base: string): Promise<Root[]> {
  const origin = patternOrigin(pattern, cwd);
  const roots: Root[] = [];
  for await (const match of matchesBelow(origin)) {
    const stats = await statOf(match, match);
    const isFolder = stats?.isDirectory() ?? false;
    if (stats === undefined || isFolder || stats.isFile()) {
      const glob = { base: origin.base, nodeModules: origin.nodeModules };
      roots.push({ ...rootAt(match, base, isFolder), glob });
    }
  }
  if (roots.length === 0) {
    throw new UsageError(
      `The pattern "${pattern}" matches nothing: check it, or name a folder and use --include.`,
    );
  }
  return roots;
}

/** Advice for a path that doesn't exist: its first wrong name, and the most similar existing one. */
function hint(path: string, absolute: string): string {
  let missing = absolute;
  while (!existsSync(dirname(missing))) missing = dirname(missing);
  const parent = dirname(missing);
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch {
    return `check the path, and whether "${parent}" can be read.`;
  }
  const right = nearest(basename(missing), names);
  if (right === undefined) return missing === absolute ? 'check the path.' : `"${missing}" doesn't exist.`;
  const meant = join(parent, right, relative(missing, absolute));
  if (!existsSync(meant)) return `"${missing}" doesn't exist, but "${join(parent, right)}" does.`;
  // In the user's form: relative to the working folder, or absolute.
  const typed = absolute.endsWith(`/${path}`) ? relative(absolute.slice(0, -path.length), meant) : meant;
  return `did you mean "${typed}"?`;
}
