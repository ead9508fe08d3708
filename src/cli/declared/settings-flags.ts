// The flags of settings, for commands that take all of them.
import { type Settings, settingsTable } from '../../config/settings.js';

/** All settings that have a flag, in the table's order, but for `without`. */
export function settingFlags(...without: readonly (keyof Settings)[]): readonly (keyof Settings)[] {
  return settingsTable
    .filter(({ key, flag }) => flag !== undefined && !without.includes(key))
    .map(({ key }) => key);
}
