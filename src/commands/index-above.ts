// Whether an index has what a run names, so that a run in a folder below it brings that index up to date.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isPattern } from '../documents/globs/tokens.js';
import { patternOrigin } from '../documents/walk/paths/expand-pattern.js';
import { labelOf } from '../documents/walk/paths/roots.js';
import { isUnderRoot } from '../documents/walk/sources/source-name.js';
import { stdinRoot } from '../ingest/survey/standard-input.js';
import { openReadable } from './readable-output.js';

/**
 * @param out the output's folder, absolute @param paths as typed, from `cwd` on
 * @returns true when each lies under one of its roots; false where it can't be read, or has only been begun
 */
export async function holdsPaths(
  out: string,
  paths: readonly string[],
  cwd = process.cwd(),
): Promise<boolean> {
  const output = await openReadable(out);
  if (output === undefined) return false;
  const { roots } = output.manifest;
  await output.close();
  const base = dirname(out);
  return paths.every((path) => {
    if (path === stdinRoot) return roots.includes(stdinRoot);
    const source = labelOf(placeOf(path, cwd), base);
    return roots.some((root) => root !== stdinRoot && isUnderRoot(source, root, base));
  });
}

/** A path, or the folder before the first wildcard of a pattern. */
function placeOf(path: string, cwd: string): string {
  const absolute = resolve(cwd, path);
  return isPattern(path) && !existsSync(absolute) ? patternOrigin(path, cwd).base : absolute;
}
