// src/net: the ways to servers, their addresses, and their answers.
//
// In: a server's address, and what the settings say of proxies. Out: answers, and how often the server may have been
// replaced. This file holds the connections to one server; choose-proxy.ts decides whether they go by a proxy,
// tunnel.ts opens them through it; plain/ is our own client for http://; connection-watch.ts counts losses. connection-fault.ts puts failures into words; credentials.ts and masked-address.ts
// send and mask what is secret in an address; bounded-body.ts and decoded-body.ts read an answer.
// What must hold: what is on this machine never goes by a proxy; no password is printed; a lost connection is counted.
import { Readable } from 'node:stream';
import { readUpTo } from './bounded-body.js';
import { type HttpProxy, type ProxySettings, proxyFor } from './choose-proxy.js';
import { ConnectionWatch } from './connection-watch.js';
import { decodedBody, isPacked } from './decoded-body.js';
import { orAborted } from './or-aborted.js';
import type { PlainAnswer } from './plain/answer-reader.js';
import { PlainPool, type WholeRequest } from './plain/pool.js';
import { proxyConnector, Tunnels } from './tunnel.js';
import { type Dispatcher, loadUndici, type Pool, type PoolOptions } from './undici.js';

export interface ConnectionsOptions {
  /** Of the server; its path is not used. */
  url: URL;
  /** @default no proxy */
  proxies?: ProxySettings | undefined;
  /** Max time to connect, in ms. */
  connectTimeoutMs: number;
  /** How long an idle connection is kept, in ms. @default 300000 */
  keepAliveMs?: number | undefined;
  /** Who asks for whole answers of a server at `http://` without a proxy: `own` is plain/. @default 'own' */
  httpClient?: HttpClient | undefined;
}

export type HttpClient = 'own' | 'undici';

/** A request of undici, without its origin. */
export type ServerRequest = Omit<Dispatcher.RequestOptions, 'origin' | 'path' | 'headers'> & {
  path: string;
  headers: { [name: string]: string | string[] | undefined };
};

/**
 * While a connection is open, we notice when the server goes away. Ollama itself doesn't close idle connections, and
 * unloads its model after this time, in ms.
 */
const longKeepAliveMs = 300_000;

/**
 * Codes of connections that ended as intended, so the server was not lost: idle time-outs, aborted requests and
 * "Connection: close" (all UND_ERR_INFO), our time-outs, and `close`.
 */
const ownEnds: ReadonlySet<string> = new Set([
  'UND_ERR_INFO',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_DESTROYED',
]);

/** Names of programs that stand before servers and hand on requests, as the header Server has them. */
const relays =
  /^(nginx|openresty|caddy|apache|envoy|istio|haproxy|traefik|varnish|squid|cloudflare|cloudfront|awselb|gws|google frontend)/i;

/** True when an answer shows that a program before the server handed it on, over a connection of its own. */
function isRelayed(headers: PlainAnswer['headers']): boolean {
  const server = [headers.server].flat()[0];
  return headers.via !== undefined || headers['cf-ray'] !== undefined || relays.test(server ?? '');
}

function encodingOf(headers: PlainAnswer['headers']): string | undefined {
  return [headers['content-encoding']].flat()[0];
}

/** The answer as it was before it was packed, up to `most` bytes of it. */
async function unpacked(answer: PlainAnswer, most: number): Promise<PlainAnswer> {
  const encoding = encodingOf(answer.headers);
  if (!isPacked(encoding)) return answer;
  return { ...answer, ...(await readUpTo(decodedBody(Readable.from([answer.bytes]), encoding), most)) };
}

/** How requests reach the server. `forward`: the proxy takes each, and makes connections of its own. */
type Route = { kind: 'direct' | 'tunnel' | 'forward'; pool: Pool };

/** Time-outs of whole requests are the caller's. */
export class ServerConnections {
  /** Undefined when the server is asked directly. */
  readonly proxy: HttpProxy | undefined;
  readonly #server: URL;
  readonly #options: ConnectionsOptions;
  readonly #tunnels: Tunnels | undefined;
  #route: Route | undefined;
  #opening: Promise<Route> | undefined;
  /** A program before the server hands on requests. */
  #isRelayed = false;
  readonly #watch = new ConnectionWatch();
  readonly #plain: PlainPool | undefined;

  /** @throws {UsageError} when the proxy's address can't be used */
  constructor(options: ConnectionsOptions) {
    const { url, proxies, connectTimeoutMs, keepAliveMs = longKeepAliveMs, httpClient = 'own' } = options;
    this.#server = url;
    this.#options = options;
    this.proxy = proxyFor(url, proxies);
    if (this.proxy) this.#tunnels = new Tunnels(this.proxy, url, connectTimeoutMs);
    else if (url.protocol === 'http:' && httpClient === 'own') {
      this.#plain = new PlainPool(url, { connectTimeoutMs, keepAliveMs }, this.#watch);
    }
  }

  /** As {@link ConnectionWatch.losses}. */
  get losses(): number {
    return this.#watch.losses;
  }

  /**
   * False when the connections to the server itself can break unseen: the proxy makes its own, or a program before the
   * server (nginx, Caddy …) does, as the last answers show.
   */
  get isWatched(): boolean {
    return this.#route?.kind !== 'forward' && !this.#isRelayed;
  }

  /**
   * Sends a request.
   * @throws {ProxyError} when the proxy gives no connection
   * @throws errors of undici
   */
  async request(request: ServerRequest): Promise<Dispatcher.ResponseData> {
    const route = this.#route ?? (await orAborted(this.#chosen(), request.signal as AbortSignal | undefined));
    const answer = await route.pool.request(this.#routed(request, route));
    this.#isRelayed = isRelayed(answer.headers);
    return answer;
  }

  /**
   * Sends a request, and reads its whole answer, unpacked.
   * @throws {PlainHttpError} when there is none, or one that can't be trusted
   * Throws as `request` does, too.
   */
  async whole(request: WholeRequest): Promise<PlainAnswer> {
    const { maxBytes, onHead, body = null, ...rest } = request;
    if (this.#plain) {
      const answer = await this.#plain.request(request);
      this.#isRelayed = isRelayed(answer.headers);
      return await unpacked(answer, maxBytes(answer.statusCode));
    }
    const answer = await this.request({ ...rest, body });
    const { statusCode, headers } = answer;
    const content = decodedBody(answer.body, encodingOf(headers));
    onHead?.(statusCode);
    return { statusCode, headers, ...(await readUpTo(content, maxBytes(statusCode))) };
  }

  /** Sends a request, and its answer to the stream that `factory` gives. Throws as `request` does. */
  async stream(request: ServerRequest, factory: Dispatcher.StreamFactory): Promise<void> {
    const route = this.#route ?? (await orAborted(this.#chosen(), request.signal as AbortSignal | undefined));
    await route.pool.stream(this.#routed(request, route), factory);
  }

  #routed(request: ServerRequest, { kind }: Route): ServerRequest {
    if (kind !== 'forward') return request;
    const { authorization } = this.proxy!;
    return {
      ...request,
      path: this.#server.origin + request.path,
      headers: {
        ...request.headers,
        host: this.#server.host,
        ...(authorization !== undefined && { 'proxy-authorization': authorization }),
      },
    };
  }

  /** Those who ask at once wait for one try; when it fails, the next request tries again. */
  #chosen(): Promise<Route> | Route {
    if (!this.proxy) {
      this.#route = { kind: 'direct', pool: this.#poolOf(this.#server.origin) };
      return this.#route;
    }
    this.#opening ??= this.#choose().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #choose(): Promise<Route> {
    const { origin, protocol } = this.#server;
    const { connectTimeoutMs } = this.#options;
    try {
      const isOpen = protocol === 'https:' || (await this.#tunnels!.prepare());
      this.#route = isOpen
        ? { kind: 'tunnel', pool: this.#poolOf(origin, this.#tunnels!.connector) }
        : { kind: 'forward', pool: this.#poolOf(this.proxy!.origin, proxyConnector(connectTimeoutMs)) };
      return this.#route;
    } catch (error) {
      this.#watch.refused();
      throw error;
    }
  }

  #poolOf(origin: string, connector?: PoolOptions['connect']): Pool {
    const { connectTimeoutMs, keepAliveMs = longKeepAliveMs } = this.#options;
    const { Pool } = loadUndici();
    const pool = new Pool(origin, {
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: connector ?? { timeout: connectTimeoutMs },
    });
    pool.on('connect', () => this.#watch.opened());
    pool.on('disconnect', (_origin, _targets, error) => this.#watch.ended(!ownEnds.has(error.code)));
    pool.on('connectionError', () => this.#watch.refused());
    return pool;
  }

  /** Closes all connections; requests in flight fail. */
  async close(): Promise<void> {
    this.#plain?.destroy();
    await Promise.all([this.#route?.pool.destroy(), this.#tunnels?.close()]);
  }
}
