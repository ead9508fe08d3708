// Settings for a command: those that were typed, with those of the environment and the file.
import { loadSettings } from '../config/load.js';
import type { LoadedSettings } from '../config/origins.js';
import { addressesFromFile } from '../config/stray-secrets.js';
import { isNewAddress } from '../state/told-addresses.js';
import { type Printable, printable } from '../text/printable.js';
import type { Given } from './declared/command.js';
import { keepNotice } from './terminal/told-notices.js';

interface Flags {
  config: string | undefined;
  quiet?: boolean;
  news?: boolean;
}

/**
 * Loads them, and says once which servers a file names: it may have come with another person's folder.
 * @param given the flags of settings, and `config`, which names the configuration file
 * @param tell called with a line for people
 */
export async function settingsFor(
  {
    settings,
    flags: { config: file, quiet = false, news = false },
  }: { settings: Given['settings']; flags: Flags },
  tell: (line: Printable) => void,
): Promise<LoadedSettings> {
  const loaded = await loadSettings({ flags: settings, file });
  const line = addressesFromFile(loaded);
  if (line !== undefined) {
    keepNotice('notice', 'address-from-file', line);
    // Where nothing is printed, it wasn't told.
    if (quiet || news || isNewAddress(line)) tell(printable(line, 2000));
  }
  return loaded;
}
