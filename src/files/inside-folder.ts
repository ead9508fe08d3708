// Whether a path lies in a folder: by its letters, or with all links resolved.
import { realpath } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';

/**
 * Links are not resolved.
 * @param path absolute, without `..`, as is the folder
 * @returns true for the folder itself, too
 */
export function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** @returns true for the folder itself, too; a path that isn't there lies where it would be made */
export async function liesInside(path: string, folder: string): Promise<boolean> {
  const [target, real] = await Promise.all([realPathOf(path), realPathOf(folder)]);
  return isIn(target, real);
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
