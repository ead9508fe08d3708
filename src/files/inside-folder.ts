// Whether a path lies in a folder, with all links resolved.
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, sep } from 'node:path';

/** @returns true for the folder itself, too; a path that isn't there lies where it would be made */
export async function liesInside(path: string, folder: string): Promise<boolean> {
  const [target, real] = await Promise.all([realPathOf(path), realPathOf(folder)]);
  const way = relative(real, target);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** With its links resolved, as far as it exists. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : `${await realPathOf(parent)}${sep}${relative(parent, path)}`;
  }
}
