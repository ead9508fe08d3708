// A configuration file comes with any folder that a user clones: what it names is written inside that folder only.
import { realpath } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { UsageError } from '../errors.js';
import { pathOf } from '../net/destination-address.js';
import { printable } from '../text/printable.js';

/**
 * @param address of a destination @param file the configuration file that alone names it
 * @throws {UsageError} when it is a file or folder outside of that file's folder, or behind a link that leads out
 */
export async function refuseOutside(address: string, file: string): Promise<void> {
  const path = pathOf(address, dirname(file))?.path;
  if (path === undefined) return;
  const [target, folder] = await Promise.all([realPathOf(path), realPathOf(dirname(file))]);
  const way = relative(folder, target);
  if (way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && way !== target) return;
  throw new UsageError(
    `${printable(address)} lies outside of the folder of ${printable(file)}, which alone names it: give it by --sync, or as an argument.`,
  );
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
