// `embed config` without its flags: every setting with what is in force for it and where that comes from.
import { defaultCacheFolder } from '../cache/disk/default-folder.js';
import { shownValue } from '../config/kinds/rule.js';
import type { LoadedSettings } from '../config/origins.js';
import { redisSettings } from '../config/redis-settings.js';
import { type Settings, settingsTable } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { redisAddress } from '../net/redis/address.js';

/** One setting as it is shown: secrets are masked. */
export interface SettingInForce {
  key: keyof Settings;
  /** Undefined: decided at run time, or nothing. */
  value: unknown;
  /** Flag, variable or file; `default`; `not set`. */
  origin: string;
  /** In words what decides, where there is no value. */
  decided?: string;
  /** What `embed serve` has instead. */
  serve?: unknown;
}

export function settingsInForce(loaded: LoadedSettings): SettingInForce[] {
  const implied: Partial<Record<keyof Settings, SettingInForce>> = {
    cacheDir: { key: 'cacheDir', value: defaultCacheFolder(), origin: 'default' },
    ...redisInForce(loaded),
  };
  return settingsTable.map((setting): SettingInForce => {
    const { key, otherwise, decided } = setting;
    const value = shownValue(setting, loaded.settings[key]);
    const { serveDefault } = setting;
    const isOwn = serveDefault !== undefined && loaded.layers[key] === 'default';
    if (value !== undefined) {
      return { key, value, origin: loaded.origins[key] ?? 'default', ...(isOwn && { serve: serveDefault }) };
    }
    if (implied[key] !== undefined) return implied[key];
    if (decided !== undefined) return { key, value: undefined, origin: 'default', decided };
    return { key, value: otherwise, origin: otherwise === undefined ? 'not set' : 'default' };
  });
}

/** Host, port and database, where the address says them or a Redis is used without one. */
function redisInForce({
  settings,
  origins,
}: LoadedSettings): Partial<Record<keyof Settings, SettingInForce>> {
  const redis = redisSettings(settings);
  if (!redis) return {};
  try {
    const { host, port, db } = redisAddress(redis);
    const origin = origins.redisUrl ?? 'default';
    const names = /^[a-z]+:\/\/[^/]*\/\d+/i.test(settings.redisUrl ?? '');
    return {
      redisHost: { key: 'redisHost', value: host, origin },
      redisPort: { key: 'redisPort', value: port, origin },
      redisDb: { key: 'redisDb', value: db, origin: names ? origin : 'default' },
    };
  } catch (error) {
    if (error instanceof UsageError) return {};
    throw error;
  }
}
