// src/net: the ways to servers, their addresses, and their answers.
//
// In: a server's address, and what the settings say of proxies. Out: answers, and how often the server may have been
// replaced. This file holds the connections to one server; choose-proxy.ts decides whether they go by a proxy,
// tunnel.ts opens them through it. connection-fault.ts puts failures into words; credentials.ts and masked-address.ts
// send and mask what is secret in an address; bounded-body.ts and decoded-body.ts read an answer.
// What must hold: what is on this machine never goes by a proxy; no password is printed; a lost connection is counted.
import { type HttpProxy, type ProxySettings, proxyFor } from './choose-proxy.js';
import { proxyConnector, Tunnels } from './tunnel.js';
import { type Dispatcher, Pool, type PoolOptions } from './undici.js';

export interface ConnectionsOptions {
  /** Of the server; its path is not used. */
  url: URL;
  /** @default no proxy */
  proxies?: ProxySettings | undefined;
  /** Max time to connect, in ms. */
  connectTimeoutMs: number;
  /** How long an idle connection is kept, in ms. @default 300000 */
  keepAliveMs?: number | undefined;
}

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

/** After this time without any connection, in ms, the server may have been replaced without our noticing. */
const unwatchedMs = 60_000;

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
function isRelayed(headers: Dispatcher.ResponseData['headers']): boolean {
  const server = [headers.server].flat()[0];
  return headers.via !== undefined || headers['cf-ray'] !== undefined || relays.test(server ?? '');
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
  #losses = 0;
  #connections = 0;
  #aloneSince = Number.POSITIVE_INFINITY;

  /** @throws {UsageError} when the proxy's address can't be used */
  constructor(options: ConnectionsOptions) {
    const { url, proxies, connectTimeoutMs } = options;
    this.#server = url;
    this.#options = options;
    this.proxy = proxyFor(url, proxies);
    if (this.proxy) this.#tunnels = new Tunnels(this.proxy, url, connectTimeoutMs);
    else this.#route = { kind: 'direct', pool: this.#poolOf(url.origin) };
  }

  /**
   * How often the server may have been replaced: connections that the server or the network ended or refused, and
   * first connections after a time without any.
   */
  get losses(): number {
    return this.#losses;
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
  #chosen(): Promise<Route> {
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
      this.#losses++;
      throw error;
    }
  }

  #poolOf(origin: string, connector?: PoolOptions['connect']): Pool {
    const { connectTimeoutMs, keepAliveMs = longKeepAliveMs } = this.#options;
    const pool = new Pool(origin, {
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: connector ?? { timeout: connectTimeoutMs },
    });
    pool.on('connect', () => {
      if (Date.now() - this.#aloneSince > unwatchedMs) this.#losses++;
      this.#aloneSince = Number.POSITIVE_INFINITY;
      this.#connections++;
    });
    pool.on('disconnect', (_origin, _targets, error) => {
      if (--this.#connections === 0) this.#aloneSince = Date.now();
      if (!ownEnds.has(error.code)) this.#losses++;
    });
    pool.on('connectionError', () => {
      this.#losses++;
    });
    return pool;
  }

  /** Closes all connections; requests in flight fail. */
  async close(): Promise<void> {
    await Promise.all([this.#route?.pool.destroy(), this.#tunnels?.close()]);
  }
}

/** The result; a caller that leaves doesn't wait for it. @throws the signal's reason */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
