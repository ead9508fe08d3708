// What the settings say of Redis. A Redis that the user did not name is never used.
import type { Settings } from './settings.js';

/** Where Redis is, by the names that the cache takes. */
export interface RedisSettings {
  /** Address, `redis://` or `rediss://`; it wins over host and port. */
  url?: string | undefined;
  /** Host, where no address is given. */
  host?: string | undefined;
  /** Port; undefined: 6379. */
  port?: number | undefined;
  /** Password, as it is. */
  password?: string | undefined;
  /** Number of the database; undefined: what the address says, else 2. */
  db?: number | undefined;
  /** How long it keeps a vector, in seconds. */
  ttlSeconds: number;
}

/** Undefined when neither an address nor a host is configured, unless `--cache redis` asks for the default one. */
export function redisSettings(settings: Settings): RedisSettings | undefined {
  const { redisUrl, redisHost, cache } = settings;
  if (redisUrl === undefined && redisHost === undefined && cache !== 'redis') return undefined;
  return {
    url: redisUrl,
    host: redisHost,
    port: settings.redisPort,
    password: settings.redisPassword,
    db: settings.redisDb,
    ttlSeconds: settings.cacheTtl,
  };
}
