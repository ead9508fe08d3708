// Which addresses are of this machine alone: where a gateway without tokens may listen, and by which names it then answers.
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** True when only this machine can reach a server that listens on this address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * True when a `Host` header may be answered without a token. A web page at `evil.example` can have that name resolve
 * to 127.0.0.1, and then read the gateway's answers (DNS rebinding). It can't do that with an IP address or
 * `*.localhost`. `*.local` and `*.internal` are not allowed: other machines of the network can give such names.
 */
export function isLocalHost(header: string | undefined): boolean {
  if (header === undefined || header === '') return true;
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(header)?.[1];
  const name = (bracketed ?? header.replace(/:\d+$/, '')).toLowerCase();
  if (isIP(name) !== 0 || name === 'localhost' || name === hostname().toLowerCase()) return true;
  return name.endsWith('.localhost');
}
