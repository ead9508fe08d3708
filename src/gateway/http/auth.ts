// Who may use the gateway: holders of its token; without one, those who reach it by an address that no web
// page can make up.
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Says whether an `Authorization` header holds the token, in a time that tells nothing of it. */
export function tokenCheck(token: string): (header: string | undefined) => boolean {
  const wanted = digestOf(token);
  return (header) => {
    const given = /^bearer +(.*)$/is.exec(header ?? '')?.[1] ?? '';
    return timingSafeEqual(digestOf(given), wanted) && given !== '';
  };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether only this machine can reach an address on which a server listens. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Whether a `Host` header may be answered without a token. A web page can have its own name resolve to
 * 127.0.0.1 and then read what the gateway says; it can't do that with an IP
 * address or with `*.localhost`. `*.local` and `*.internal` are names of a network, which others in it can give.
 */
export function isLocalHost(header: string | undefined): boolean {
  if (header === undefined || header === '') return true;
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(header)?.[1];
  const name = (bracketed ?? header.replace(/:\d+$/, '')).toLowerCase();
  if (isIP(name) !== 0 || name === 'localhost' || name === hostname().toLowerCase()) return true;
  return name.endsWith('.localhost');
}
