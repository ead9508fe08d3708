// The home folder, as people write it where no shell reads it: in files, in variables, in quotes, behind a `=`.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `path` with a leading `~` as the home folder. What is really called so is `./~`. */
export function expandHome(path: string, home: string = homedir()): string {
  return /^~(?:$|\/)/.test(path) ? join(home, path.slice(1)) : path;
}
