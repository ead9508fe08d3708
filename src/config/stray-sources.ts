// Which sources a configuration file may name. A file comes with any folder that a user clones: it must not have their
// other folders read, nor what they named in their own file sent to a server that it names.
import { dirname } from 'node:path';
import { UsageError } from '../errors.js';
import { liesInside } from '../files/inside-folder.js';
import { pathOf } from '../net/destination-address.js';
import { maskAddress, meansThisMachine } from '../text/masked-address.js';
import { printable } from '../text/printable.js';
import { namesServers } from './kinds/rule.js';
import type { LoadedSettings } from './origins.js';
import { settingsTable } from './settings.js';

/** Sources of a folder's file that lie outside of that folder, or behind a link that leads out. */
export async function strayingSources({ settings, layers, file }: LoadedSettings): Promise<UsageError[]> {
  if (file === undefined || layers.sources !== 'file') return [];
  const folder = dirname(file);
  const problems: UsageError[] = [];
  for (const { name, path } of settings.sources) {
    if (await liesInside(path, folder)) continue;
    problems.push(
      new UsageError(
        `${file} (sources): "${name}" (${printable(path, 500)}) lies outside of the folder of that file: ` +
          'give the path to `embed ingest`, or name it in your own configuration file (~/.config/embed/config.yaml).',
      ),
    );
  }
  return problems;
}

/**
 * Refuses to send the sources of the user's own file to servers that only the file of a folder names.
 * @throws {UsageError} naming the address
 */
export function refuseStrangeServers({ settings, layers, origins, file }: LoadedSettings): void {
  if (file === undefined || layers.sources !== 'own') return;
  for (const setting of settingsTable) {
    if (!namesServers(setting) || layers[setting.key] !== 'file') continue;
    const foreign = [settings[setting.key]]
      .flat()
      .map(String)
      .find((one) => !staysHere(one));
    if (foreign === undefined) continue;
    throw new UsageError(
      `The sources of ${origins.sources} are not sent to ${maskAddress(foreign)}, since only ${origins[setting.key]} says so: ` +
        'give the address by its flag, or the paths as arguments.',
    );
  }
}

/** Whether what is sent to an address stays on this machine. */
function staysHere(address: string): boolean {
  if (pathOf(address, '/') !== undefined || /^postgres(?:ql)?:(?:\/\/)?$/.test(address)) return true;
  // A parameter of PostgreSQL's names another host than the address does.
  if (/[?&]host/i.test(address)) return false;
  return meansThisMachine(address.replace(/^(?:postgres(?:ql)?|qdrants?|chromas?):/, 'http:'));
}
