// Decides which web pages may use the gateway: those that Ollama lets in by default, and those that its user adds. A page
// of any site can send requests to this machine; the browser says from where, and only hides the answer. So a request of
// another site is refused before any of it is done.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { UsageError } from '../../errors.js';
import { isLocalHost } from './local-host.js';

/** As Ollama: pages of this machine's own servers, on any port, and of programs that show pages. */
const allowedAlways =
  /^(https?:\/\/(localhost|127\.0\.0\.1|0\.0\.0\.0)(:\d{1,5})?|(app|file|tauri|vscode-webview|vscode-file):\/\/.*)$/;

/** What pages may send: as Ollama's list, with the headers of the gateway. */
const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'User-Agent',
  'Accept',
  'X-Requested-With',
  'Openai-Beta',
  'X-Stainless-Arch',
  'X-Stainless-Async',
  'X-Stainless-Custom-Poll-Interval',
  'X-Stainless-Helper-Method',
  'X-Stainless-Lang',
  'X-Stainless-Os',
  'X-Stainless-Package-Version',
  'X-Stainless-Poll-Helper',
  'X-Stainless-Retry-Count',
  'X-Stainless-Runtime',
  'X-Stainless-Runtime-Version',
  'X-Stainless-Timeout',
  'Mcp-Protocol-Version',
  'Mcp-Session-Id',
  'X-Embed-Cache',
  'X-Embed-Client',
  'X-Embed-Priority',
  'X-Request-Id',
  'Traceparent',
  'Tracestate',
].join(',');

/** What pages may read beside the body: how long to wait before another try, and what to report. */
const shownHeaders = 'Retry-After,X-Request-Id';

/** Which methods our own paths take, for `Allow`; other paths are the server's. */
export const methodsOf: { readonly [path: string]: string } = {
  '/api/embed': 'POST',
  '/api/embeddings': 'POST',
  '/v1/embeddings': 'POST',
  '/embedding': 'GET, HEAD, POST',
  '/health': 'GET, HEAD',
  '/ready': 'GET, HEAD',
  '/metrics': 'GET, HEAD',
  '/search': 'GET, HEAD, POST',
  '/mcp': 'POST',
  '/clear_cache': 'POST',
  '/reset_circuit_breaker': 'POST',
};

/** What is passed on: all but TRACE, whose answer repeats the request, with the credentials that the gateway puts in. */
export const passedMethods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export class Origins {
  readonly #added: ((origin: string) => boolean)[];

  /**
   * @param added origins such as `https://app.example`, each with at most one `*` for anything; `*` alone lets all in
   * @throws {UsageError} for one that no browser can send
   */
  constructor(added: readonly string[]) {
    this.#added = added.map(matcherOf);
  }

  /**
   * Whether the page that sent a request may use the gateway; so may all that isn't sent by a page.
   * @param isPrivate the `Host` may be believed, as no page can choose it and know the token, too
   */
  admits(headers: IncomingHttpHeaders, isPrivate: boolean): boolean {
    const { origin, host = '' } = headers;
    if (origin !== undefined) return this.#allows(origin) || isOwn(origin, host, isPrivate);
    // No origin is sent with pictures, frames and links: only where they come from.
    const site = headers['sec-fetch-site'];
    if (site === undefined || site === 'same-origin' || site === 'none') return true;
    return site === 'same-site' && this.#allows(`http://${host}`);
  }

  #allows(origin: string): boolean {
    return allowedAlways.test(origin) || this.#added.some((matches) => matches(origin));
  }
}

/** A page of the address that it asks, as behind a proxy which serves both. */
function isOwn(origin: string, host: string, isPrivate: boolean): boolean {
  return (isPrivate || isLocalHost(host)) && (origin === `http://${host}` || origin === `https://${host}`);
}

/** `https://app.example`, `https://*.example`, `chrome-extension://*`, `null`, `*` */
const rightPattern = /^(\*|null|[a-z][a-z0-9+.*-]*:\/\/[^/\s]*)$/i;

/** @throws {UsageError} */
function matcherOf(pattern: string): (origin: string) => boolean {
  const [start = '', end, ...more] = pattern.toLowerCase().split('*');
  if (!rightPattern.test(pattern) || more.length > 0) {
    throw new UsageError(
      `--origin (OLLAMA_ORIGINS): expected origins such as https://app.example or https://*.example, got ${JSON.stringify(pattern)}.`,
    );
  }
  if (end === undefined) return (origin) => origin === start;
  return (origin) =>
    origin.length >= start.length + end.length && origin.startsWith(start) && origin.endsWith(end);
}

/** The headers with which a browser lets its page read an answer. */
export function corsHeaders({ origin }: IncomingHttpHeaders): OutgoingHttpHeaders {
  if (origin === undefined) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': shownHeaders,
    vary: 'Origin',
  };
}

/** The headers of the answer to a preflight, by which a browser asks whether its page may send a request. */
export function preflightHeaders(headers: IncomingHttpHeaders, path: string): OutgoingHttpHeaders {
  const allow = methodsOf[path];
  return {
    'access-control-allow-origin': headers.origin,
    'access-control-allow-methods': 'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS',
    'access-control-allow-headers': allowedHeaders,
    'access-control-max-age': '43200',
    // Browsers ask for this before a page of the internet may reach a private address.
    ...(headers['access-control-request-private-network'] === 'true' && {
      'access-control-allow-private-network': 'true',
    }),
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    ...(allow !== undefined && { allow }),
  };
}

/** True for the question of a browser; it never has a token. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined;
}
