// The way to a server: directly, or by an HTTP proxy. Loopback never goes by a proxy, whatever is set.
import { UsageError } from '../errors.js';
import { maskAddress } from '../text/masked-address.js';
import { basicOf, escapes, isCutShort, secretsOf } from './credentials.js';
import { isLoopbackHost, noProxyMatcher } from './no-proxy-list.js';

/** What the settings say of proxies; their names are those of the settings. */
export interface ProxySettings {
  /** For servers at `http://` addresses. */
  httpProxy?: string | undefined;
  /** For servers at `https://` addresses. */
  httpsProxy?: string | undefined;
  /** Servers that are asked directly. */
  noProxy?: readonly string[] | undefined;
}

/** A proxy that stands between us and a server. */
export interface HttpProxy {
  /** Without credentials. */
  origin: string;
  /** For messages: its password is masked. */
  shown: string;
  /** The variable that names it, for messages. */
  variable: 'HTTP_PROXY' | 'HTTPS_PROXY';
  /** Value of `Proxy-Authorization`. */
  authorization: string | undefined;
  /** What must not be printed of what it says. */
  secrets: readonly string[];
}

/** Why a server is asked directly: no proxy is set for it, it is this machine, or NO_PROXY names it. */
export type Directness = 'unset' | 'loopback' | 'listed';

/**
 * The proxy for a server, or why there is none.
 * @throws {UsageError} when the proxy's address can't be used; one that isn't needed may be anything
 */
export function wayTo(server: URL, settings: ProxySettings = {}): HttpProxy | Directness {
  const isSecure = server.protocol === 'https:';
  const address = isSecure ? settings.httpsProxy : settings.httpProxy;
  if (address === undefined) return 'unset';
  const host = server.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isLoopbackHost(host)) return 'loopback';
  const port = server.port || (isSecure ? '443' : '80');
  if (noProxyMatcher(settings.noProxy ?? [])(host, port)) return 'listed';
  return parsed(address, isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY');
}

/** The same, for those who don't ask why. */
export function proxyFor(server: URL, settings?: ProxySettings): HttpProxy | undefined {
  const way = wayTo(server, settings);
  return typeof way === 'string' ? undefined : way;
}

function parsed(address: string, variable: HttpProxy['variable']): HttpProxy {
  const text = address.includes('://') ? address : `http://${address}`;
  const scheme = text.slice(0, text.indexOf('://')).toLowerCase();
  if (/^socks/.test(scheme)) {
    throw new UsageError(
      `${variable} names a SOCKS proxy (${scheme}://), but only HTTP proxies can be used: ` +
        'name one that starts with http:// or https://, or the server in NO_PROXY (--no-proxy).',
    );
  }
  const url = !isCutShort(text) && URL.canParse(text) ? new URL(text) : undefined;
  if ((url?.protocol !== 'http:' && url?.protocol !== 'https:') || url.hostname === '') {
    // It may hold a password that can't be masked safely.
    throw new UsageError(
      `${variable} must look like http://host:port, with user:password@ before the host where it has them (${escapes}).`,
    );
  }
  return {
    origin: url.origin,
    shown: maskAddress(`${url.protocol}//${credentialsOf(url)}${url.host}`),
    variable,
    authorization: basicOf(url, variable),
    secrets: secretsOf(url, variable),
  };
}

function credentialsOf({ username, password }: URL): string {
  if (username === '' && password === '') return '';
  return `${username}${password === '' ? '' : `:${password}`}@`;
}
