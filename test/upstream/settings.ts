// Settings as a run without a configuration has them, for the tests of what is opened from them.
import { type Settings, settingsTable } from '../../src/config/settings.js';

export function settingsWith(changes: Partial<Settings>): Settings {
  const defaults = settingsTable
    .filter((one) => one.default !== undefined)
    .map((one) => [one.key, one.default]);
  return { ...(Object.fromEntries(defaults) as unknown as Settings), batchTimeout: 20_000, ...changes };
}
