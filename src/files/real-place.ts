// The real path of a file or folder that may not exist yet.
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors.js';

/**
 * Its path with all links resolved, whether it exists or only a folder above it does.
 * @param path absolute
 * @throws {UsageError} when no folder above it can be reached
 */
export function realPlace(path: string): string {
  for (let at = path, rest = ''; ; rest = join(basename(at), rest), at = dirname(at)) {
    try {
      return join(realpathSync(at), rest);
    } catch (error) {
      if (at === dirname(at))
        throw new UsageError(`The output folder "${path}" can't be reached.`, { cause: error });
    }
  }
}
