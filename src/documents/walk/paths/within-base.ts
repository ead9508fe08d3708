// Paths that lead into a folder through links, as paths below that folder.
import { existsSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * A path that leads into `base` through a link is written as a path below `base`.
 * @param absolute of a file or folder that exists, where it isn't below `base` @param base absolute
 */
export function withinBase(absolute: string, base: string): string {
  if (isInside(absolute, base) || !existsSync(base)) return absolute;
  const real = realpathSync(absolute);
  const realBase = realpathSync(base);
  return isInside(real, realBase) ? join(base, relative(realBase, real)) : absolute;
}

function isInside(path: string, folder: string): boolean {
  const rest = relative(folder, path);
  return rest !== '..' && !rest.startsWith('../');
}
