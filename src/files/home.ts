// The home folder, as people write it where no shell reads it: in files, in variables, in quotes, behind a `=`.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../errors.js';

/**
 * The user's home folder.
 * @throws {UsageError} when HOME is longer than any path
 */
export function homeFolder(): string {
  try {
    return homedir();
  } catch (cause) {
    throw new UsageError('The home folder (HOME) is longer than a path can be: set it right.', { cause });
  }
}

/** `path` with a leading `~` as the home folder. What is really called so is `./~`. */
export function expandHome(path: string, home?: string): string {
  return /^~(?:$|\/)/.test(path) ? join(home ?? homeFolder(), path.slice(1)) : path;
}
