// Reads OLLAMA_HOST as Ollama itself does (envconfig.Host), for a client: 0.0.0.0, on which a server listens for
// everybody, becomes 127.0.0.1.

import { UsageError } from '../../errors.js';
import { basicOf, escapes, isCutShort } from '../../net/credentials.js';
import { defaultOllamaUrl, maskAddress } from '../../text/masked-address.js';
import { withoutQuotes, withoutSlashes } from '../../text/trim.js';
import type { ServerAddress } from '../pool/member.js';

const defaultPort = '11434';

/** How an address is named at the start of a sentence. */
const addressName = "Ollama's address";

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
 * A path is kept, for servers behind a proxy, and so are a user and a password: they are sent as Basic.
 * @throws {UsageError} when it is not an address, or that of one of the server's interfaces
 */
export function parseOllamaHost(value: string): URL {
  const given = withoutQuotes(value.trim()).trim();
  const schemeEnd = given.indexOf('://');
  const scheme = schemeEnd < 0 ? 'http' : given.slice(0, schemeEnd).toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') {
    if (/unix/.test(scheme)) {
      throw new UsageError(
        `${addressName} can't be a socket file: name host and port, such as 127.0.0.1:11434.`,
      );
    }
    // What isn't a scheme may be a part of a password.
    const got = /^[a-z][a-z\d+.-]{0,20}$/.test(scheme) ? `, got ${scheme}://` : '';
    throw new UsageError(`${addressName} must start with http:// or https://${got}.`);
  }
  const rest = schemeEnd < 0 ? given : given.slice(schemeEnd + 3);
  if (isCutShort(rest)) throw new UsageError(`${addressName} can't be read: ${escapes}.`);
  const slash = rest.indexOf('/');
  const path = slash < 0 ? '' : withoutSlashes(rest.slice(slash));
  const server = slash < 0 ? rest : rest.slice(0, slash);
  const at = server.lastIndexOf('@');
  const { host, port } = splitAuthority(server.slice(at + 1));
  const impliedPort = schemeEnd < 0 ? defaultPort : scheme === 'http' ? '80' : '443';
  // Like Ollama, use the default port in place of an invalid one.
  const usablePort = /^\d{1,5}$/.test(port) && Number(port) <= 65535 ? port : impliedPort;
  const name = loopback.get(host) ?? (host.includes(':') ? `[${host}]` : host);
  const base = `${scheme}://${name}:${usablePort}`;
  if (!URL.canParse(base + path)) {
    throw new UsageError(
      `"${maskAddress(given)}" is not an address of an Ollama server: expected host:port or a URL.`,
    );
  }
  const url = new URL(base + path);
  const surplus = interfaces.exec(url.pathname)?.[0];
  if (surplus !== undefined) {
    const right = url.origin + url.pathname.slice(0, -surplus.length);
    const other = surplus.startsWith('/v1') ? ' (other servers with /v1: --embedder openai --url)' : '';
    throw new UsageError(`${addressName} ends in ${surplus}: leave that out and write ${right}${other}.`);
  }
  if (at >= 0) {
    giveCredentials(url, server.slice(0, at));
    basicOf(url, addressName);
  }
  return url;
}

/** Paths of Ollama's own interfaces, which are put behind an address. */
const interfaces = /\/(v1|api)(\/(embed|embeddings|tags|version|models|chat|generate))?$/;

/** As they were written, with what isn't escaped escaped. */
function giveCredentials(url: URL, credentials: string): void {
  const colon = credentials.indexOf(':');
  url.username = colon < 0 ? credentials : credentials.slice(0, colon);
  url.password = colon < 0 ? '' : credentials.slice(colon + 1);
}

/**
 * Reads an address that may end in `#weight=4`.
 * @throws {UsageError} when it is not an address, or the weight is not a number above 0
 */
export function parseOllamaAddress(value: string): ServerAddress {
  // An @ behind it shows that it is a part of a password, which must be escaped.
  const hash = value.indexOf('#', value.lastIndexOf('@') + 1);
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
