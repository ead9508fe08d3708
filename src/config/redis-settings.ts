// What the settings say of Redis. A Redis that nobody named is never used.
import type { Settings } from './settings.js';

/** Where Redis is, by the names that the cache takes. */
export interface RedisSettings {
  url?: string | undefined;
  host?: string | undefined;
  port?: number | undefined;
  password?: string | undefined;
  db?: number | undefined;
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
