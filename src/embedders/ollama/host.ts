// Reads OLLAMA_HOST as Ollama itself does (envconfig.Host), for a client: 0.0.0.0, on which a server listens for
// everybody, becomes 127.0.0.1.

import { UsageError } from '../../errors.js';
import { defaultOllamaUrl, maskAddress } from '../../net/masked-address.js';
import { withoutQuotes, withoutSlashes } from '../../text/trim.js';
import type { ServerAddress } from '../pool/member.js';

const defaultPort = '11434';

/** The address to try when none is given. */
export const defaultUrl = defaultOllamaUrl;

const loopback = new Map([
  ['', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
]);

/**
 * The base URL of an Ollama server, without a slash at its end.
 * Without a scheme it is http on port 11434; `http://` and `https://` without a port mean 80 and 443.
 * A path is kept, for servers behind a proxy.
 * @throws {UsageError} when it is not an address
 */
export function parseOllamaHost(value: string): URL {
  const given = withoutQuotes(value.trim()).trim();
  const schemeEnd = given.indexOf('://');
  const scheme = schemeEnd < 0 ? 'http' : given.slice(0, schemeEnd).toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') {
    throw new UsageError(`Ollama's address must start with http:// or https://, got ${scheme}://.`);
  }
  const rest = schemeEnd < 0 ? given : given.slice(schemeEnd + 3);
  const slash = rest.indexOf('/');
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '' : withoutSlashes(rest.slice(slash));
  // A password that wasn't escaped may hold a slash.
  if (rest.includes('@')) {
    throw new UsageError("Ollama's address can't hold a password: set OLLAMA_API_KEY instead.");
  }
  const { host, port } = splitAuthority(authority);
  const impliedPort = schemeEnd < 0 ? defaultPort : scheme === 'http' ? '80' : '443';
  // Like Ollama, use the default port in place of an invalid one.
  const usablePort = /^\d{1,5}$/.test(port) && Number(port) <= 65535 ? port : impliedPort;
  const name = loopback.get(host) ?? (host.includes(':') ? `[${host}]` : host);
  try {
    return new URL(`${scheme}://${name}:${usablePort}${path}`);
  } catch (cause) {
    throw new UsageError(
      `"${maskAddress(given)}" is not an address of an Ollama server: expected host:port or a URL.`,
      {
        cause,
      },
    );
  }
}

/**
 * Reads an address that may end in `#weight=4`.
 * @throws {UsageError} when it is not an address, or the weight is not a number above 0
 */
export function parseOllamaAddress(value: string): ServerAddress {
  // A password may hold a #.
  const hash = value.includes('@') ? -1 : value.indexOf('#');
  if (hash < 0) return { url: parseOllamaHost(value), weight: 1 };
  const fragment = value
    .slice(hash + 1)
    .replace(/(?<!["'])["']+\s*$/, '')
    .trim();
  const weight = /^weight=(\d+(?:\.\d+)?)$/.exec(fragment)?.[1];
  if (weight === undefined || Number(weight) === 0) {
    throw new UsageError(
      `Expected weight=N (a number above 0) after the # of an Ollama address, got "${fragment}": ` +
        'write http://host:11434#weight=4.',
    );
  }
  return { url: parseOllamaHost(value.slice(0, hash)), weight: Number(weight) };
}

/** Splits `host:port`, `[v6]:port`, `host`, `v6` or `:port`; the host is returned without brackets. */
function splitAuthority(authority: string): { host: string; port: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(authority);
  if (bracketed !== null) return { host: bracketed[1]!, port: bracketed[2] ?? '' };
  const colon = authority.indexOf(':');
  if (colon < 0 || colon !== authority.lastIndexOf(':')) return { host: authority, port: '' };
  return { host: authority.slice(0, colon), port: authority.slice(colon + 1) };
}
