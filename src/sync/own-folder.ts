// A configuration file comes with any folder that a user clones: what it names is written inside that folder only.
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { liesInside } from '../files/inside-folder.js';
import { pathOf } from '../net/destination-address.js';
import { printable } from '../text/printable.js';

/**
 * @param address of a destination @param file the configuration file that alone names it
 * @throws {UsageError} when it is a file or folder outside of that file's folder, or behind a link that leads out
 */
export async function refuseOutside(address: string, file: string): Promise<void> {
  const folder = dirname(file);
  const path = pathOf(address, folder)?.path;
  if (path === undefined) return;
  if (path !== resolve(folder) && (await liesInside(path, folder))) return;
  throw new UsageError(
    `${printable(address)} lies outside of the folder of ${printable(file)}, which alone names it: give it by --sync, or as an argument.`,
  );
}
