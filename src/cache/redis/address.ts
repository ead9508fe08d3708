// Address and credentials of a Redis, from a URL, or from host, port and password.
import type { ConnectionOptions } from 'node:tls';
import { UsageError } from '../../errors.js';
import type { RunEvents } from '../../events.js';

export interface RedisOptions {
  /** `redis://` or, encrypted, `rediss://[user[:password]@]host[:port][/database]`; wins over host, port and credentials. */
  url?: string | undefined;
  /** @default 'localhost' */
  host?: string | undefined;
  /** @default 6379 */
  port?: number | undefined;
  /** An ACL user; Redis's own `default` user when absent. */
  username?: string | undefined;
  password?: string | undefined;
  /**
   * Database number. Set it only when the user named one: it overrides the URL's path, which overrides the default.
   * @default 2
   */
  db?: number | undefined;
  /**
   * How long an entry is kept after it was written, in seconds, at least 1.
   * @default 3600
   */
  ttlSeconds?: number | undefined;
  /** Encrypt, with these settings; `rediss://` says `true`. */
  tls?: boolean | ConnectionOptions | undefined;
  /**
   * Time-out for an unreachable or silent Redis at the start, in ms.
   * @default 3000
   */
  connectTimeoutMs?: number | undefined;
  /**
   * Time-out of later answers, in ms; then Redis counts as lost.
   * @default 5000
   */
  commandTimeoutMs?: number | undefined;
  /** Called once when Redis is lost, and once when it refuses to store. @default no listener */
  events?: RunEvents | undefined;
}

export interface RedisAddress {
  host: string;
  port: number;
  username: string | undefined;
  password: string | undefined;
  db: number;
  tls: ConnectionOptions | undefined;
  /** The URL for messages, the password masked. */
  shown: string;
}

/** @throws {UsageError} when the URL or a number is invalid */
export function redisAddress(options: RedisOptions): RedisAddress {
  const url = options.url === undefined ? undefined : parse(options.url);
  const tls = options.tls || url?.protocol === 'rediss:';
  const address = {
    // An IPv6 host has brackets in a URL only.
    host: url ? url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost' : (options.host ?? 'localhost'),
    port: url ? Number(url.port || 6379) : (options.port ?? 6379),
    username: (url && decode(url.username)) || options.username,
    password: (url && decode(url.password)) || options.password,
    db: options.db ?? (url && databaseOf(url)) ?? 2,
    tls: tls ? (typeof tls === 'object' ? tls : {}) : undefined,
  };
  if (!Number.isInteger(address.db) || address.db < 0) {
    throw new UsageError(`The Redis database must be a whole number from 0, not ${address.db}.`);
  }
  return { ...address, shown: show(address) };
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'redis:' || url?.protocol === 'rediss:') return url;
  // The invalid URL may hold a password that can't be masked safely, so it isn't shown.
  throw new UsageError(
    'The Redis URL must look like redis://[user:password@]host[:port][/database], or rediss:// for TLS.',
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new UsageError(
      'The Redis URL has a % in its user or password that is not an escape: write it as %25.',
      {
        cause,
      },
    );
  }
}

function databaseOf(url: URL): number | undefined {
  const path = url.pathname.replace(/^\//, '');
  if (path === '') return undefined;
  if (/^\d+$/.test(path)) return Number(path);
  throw new UsageError(`The Redis URL's path must be a database number such as /2, not "/${path}".`);
}

function show(address: Omit<RedisAddress, 'shown'>): string {
  const user = address.username === undefined ? '' : encodeURIComponent(address.username);
  const credentials = address.password ? `${user}:****@` : user && `${user}@`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${address.tls ? 'rediss' : 'redis'}://${credentials}${host}:${address.port}/${address.db}`;
}
