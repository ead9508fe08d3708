// `--include` and `--exclude`: patterns against a path relative to its root, or against the name alone
// when the pattern has no slash.
import picomatch from 'picomatch';
import { UsageError } from '../../errors.js';

/** What the user asked to see. Paths are relative to the root, without a slash at the end. */
export interface Globs {
  takesFile(path: string, name: string): boolean;
  entersFolder(path: string, name: string): boolean;
}

type Matcher = (path: string, name: string) => boolean;

/** @throws {UsageError} for an empty pattern */
export function compileGlobs(include: readonly string[], exclude: readonly string[]): Globs {
  const included = include.length > 0 ? anyOf(include.map(wholeFolder), '--include') : undefined;
  const excluded = exclude.length > 0 ? anyOf(exclude.map(withoutSlash), '--exclude') : undefined;
  return {
    takesFile: (path, name) => (included?.(path, name) ?? true) && !(excluded?.(path, name) ?? false),
    entersFolder: (path, name) => !(excluded?.(path, name) ?? false),
  };
}

function anyOf(patterns: readonly string[], flag: string): Matcher {
  const names: string[] = [];
  const paths: string[] = [];
  for (const given of patterns) {
    if (given.trim() === '') throw new UsageError(`${flag} needs a pattern, such as '**/*.md'.`);
    const pattern = given.replace(/^\.\//, '');
    if (pattern.includes('/')) paths.push(pattern.replace(/^\//, ''));
    else names.push(pattern);
  }
  // With the flag `s`, a dot of the compiled expression matches the newline in a name, too.
  const options = { dot: true, flags: 's' };
  const matchesPath = picomatch(paths, options);
  const matchesName = picomatch(names, options);
  return (path, name) => (names.length > 0 && matchesName(name)) || (paths.length > 0 && matchesPath(path));
}

/** `drafts/` as an include means all that the folder holds. */
function wholeFolder(pattern: string): string {
  return pattern.endsWith('/') ? `${pattern}**` : pattern;
}

/** `drafts/` as an exclude is the folder itself; what it holds goes with it. */
function withoutSlash(pattern: string): string {
  return pattern.length > 1 ? pattern.replace(/\/$/, '') : pattern;
}
