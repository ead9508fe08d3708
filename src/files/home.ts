// Expands `~` where no shell does it: in files, in variables, in quotes, after a `=`.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../errors.js';

/**
 * The user's home folder.
 * @param ofSystem asks the system
 * @throws {UsageError} when HOME is longer than any path, or neither it nor the system names one
 */
export function homeFolder(ofSystem = homedir): string {
  try {
    return ofSystem();
  } catch (cause) {
    // A container may run as a number that the system has no user of.
    if ((cause as { info?: { code?: string } }).info?.code === 'ENOENT') {
      throw new UsageError('This user has no home folder: set HOME to a folder that it may write to.', {
        cause,
      });
    }
    throw new UsageError('The home folder (HOME) is longer than a path can be: set it to the right folder.', {
      cause,
    });
  }
}

/** `path`, with a leading `~` replaced by the home folder. A file with the name `~` is `./~`. */
export function expandHome(path: string, home?: string): string {
  return /^~(?:$|\/)/.test(path) ? join(home ?? homeFolder(), path.slice(1)) : path;
}
