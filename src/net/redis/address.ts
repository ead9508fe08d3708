// Address and credentials of a Redis, from a URL, or from host, port and password.
import type { ConnectionOptions } from 'node:tls';
import { UsageError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import { escapes, isCutShort, unescaped } from '../credentials.js';

export interface RedisOptions {
  /**
   * `redis://` or, encrypted, `rediss://[[user]:password@]host[:port][/database]`, or `unix://[[user]:password@]/path[?db=2]`
   * for a socket file; wins over host, port and credentials.
   */
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
  /** The database where neither `db` nor the URL names one. @default 2 */
  defaultDb?: number | undefined;
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
  /** A socket file, in place of host and port. */
  socket?: string;
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
  const host = url ? url.hostname : (options.host ?? 'localhost');
  const said = (part: 'username' | 'password') => url && (unescaped(url[part], name) || valueIn(url, part));
  const address = {
    // An IPv6 host has brackets in a URL only.
    host: host.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: url ? Number(url.port || 6379) : (options.port ?? 6379),
    ...(url?.protocol === 'unix:' && { socket: unescaped(url.pathname, name) }),
    username: said('username') || options.username,
    password: said('password') || options.password,
    db: options.db ?? (url && databaseOf(url)) ?? options.defaultDb ?? 2,
    tls: tls ? (typeof tls === 'object' ? tls : {}) : undefined,
  };
  if (!Number.isInteger(address.db) || address.db < 0) {
    throw new UsageError(`The Redis database must be a whole number from 0, not ${address.db}.`);
  }
  if (url && address.username !== undefined && address.password === undefined) {
    // It may be a password, which programs write in its place.
    throw new UsageError(
      `${name} has a user without a password: put a colon before it where it is a password alone, or set REDIS_PASSWORD beside it.`,
    );
  }
  return { ...address, shown: show(address) };
}

const name = 'The Redis URL';

function parse(text: string): URL {
  // An address that can't be read may hold a password that can't be masked safely, so it isn't shown.
  if (isCutShort(text)) throw new UsageError(`${name} can't be read: ${escapes}.`);
  if (/^unix:/i.test(text)) return parseSocket(text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^rediss?:$/.test(url.protocol) && !url.host.includes(',')) return url;
  if (/sentinel/i.test(text.slice(0, text.indexOf('://')))) {
    throw new UsageError(
      `${name} is that of a Sentinel: name the Redis that it watches, as redis://host:port.`,
    );
  }
  throw new UsageError(
    `${name} must look like redis://host:6379/2, with user:password@ before its only host where it has them; rediss:// is for TLS, unix:///path for a socket file.`,
  );
}

/** A part that stands behind the ?, as some programs write it. */
function valueIn(url: URL, part: 'username' | 'password' | 'db'): string | undefined {
  return url.searchParams.get(part) ?? undefined;
}

/** A URL without a host has no user and password, so a host is put in. */
function parseSocket(text: string): URL {
  const [, credentials = '', rest] = /^unix:\/\/([^/?#]*@)?(\/[^/].*)$/i.exec(text) ?? [];
  const url = `unix://${credentials}localhost${rest}`;
  if (rest !== undefined && URL.canParse(url)) return new URL(url);
  throw new UsageError(
    `${name} of a socket file must have its whole path behind three slashes: unix:///run/redis.sock.`,
  );
}

function databaseOf(url: URL): number | undefined {
  const path = url.protocol === 'unix:' ? '' : url.pathname.replace(/^\//, '');
  const behind = valueIn(url, 'db') ?? '';
  if (path !== '' && behind !== '' && path !== behind) {
    throw new UsageError(`${name} names two databases: write its number once, as /2 or ?db=2.`);
  }
  const number = path || behind;
  if (number === '') return undefined;
  if (/^\d{1,9}$/.test(number)) return Number(number);
  throw new UsageError(`${name} must name its database by a number, such as /2 or ?db=2.`);
}

function show(address: Omit<RedisAddress, 'shown'>): string {
  const { username, password, port, db, socket } = address;
  const user = username === undefined ? '' : encodeURIComponent(username);
  const credentials = password === undefined ? '' : `${user}:****@`;
  if (socket !== undefined) return `unix://${credentials}${encodeURI(socket)}?db=${db}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${address.tls ? 'rediss' : 'redis'}://${credentials}${host}:${port}/${db}`;
}
