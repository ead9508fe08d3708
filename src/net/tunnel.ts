// Connections through an HTTP proxy that hands on bytes (CONNECT): what ends at the server ends here, too, so its
// restarts are seen as without a proxy.
import type { Socket } from 'node:net';
import type { FaultMeaning } from '../errors.js';
import { time } from '../text/durations.js';
import type { HttpProxy } from './choose-proxy.js';
import { type Connector, type ConnectorOptions, loadUndici, type Pool } from './undici.js';

/** A proxy gave no connection. The message is a phrase with what to do; it follows "… can't be reached: ". */
export class ProxyError extends Error {
  /** For programs; undici must not take it for a broken connection of its own, which it would open again without an end. */
  readonly code = 'PROXY';
  readonly meaning: Extract<FaultMeaning, 'refused' | 'unreachable'>;
  /** Its answer to CONNECT; undefined when there was none. */
  readonly status: number | undefined;

  constructor(meaning: ProxyError['meaning'], message: string, status?: number) {
    super(message);
    this.meaning = meaning;
    this.status = status;
  }
}

/** Connects to a proxy: its certificate is for its own host, not for the one that a request names. */
export function proxyConnector(timeoutMs: number): Connector {
  const connect = loadUndici().buildConnector({ timeout: timeoutMs });
  return ({ servername: _, ...options }, callback) => connect(options, callback);
}

/** Opens connections to one server through one proxy. */
export class Tunnels {
  readonly #proxy: HttpProxy;
  readonly #server: URL;
  readonly #timeoutMs: number;
  readonly #pool: Pool;
  readonly #secure: Connector;
  #spare: Socket | undefined;

  constructor(proxy: HttpProxy, server: URL, timeoutMs: number) {
    this.#proxy = proxy;
    this.#server = server;
    // Less than the whole request may take, so that it is the proxy that is told.
    this.#timeoutMs = timeoutMs * 0.8;
    const { Pool, buildConnector } = loadUndici();
    this.#pool = new Pool(proxy.origin, { pipelining: 1, connect: proxyConnector(timeoutMs) });
    this.#secure = buildConnector({ timeout: timeoutMs });
  }

  /** `host:port` of the server. */
  get #target(): string {
    const { host, port, protocol } = this.#server;
    return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
  }

  /**
   * Opens one that the next connection takes.
   * @returns false when the proxy opens none to this server, though it may hand on single requests
   * @throws {ProxyError} when it can't be used at all, or not now
   */
  async prepare(): Promise<boolean> {
    try {
      this.#spare = await this.#open();
      return true;
    } catch (error) {
      if (error instanceof ProxyError && noTunnels.has(error.status ?? 0)) return false;
      throw error;
    }
  }

  /** For a pool of undici, which then tells of its connections as without a proxy. */
  readonly connector: Connector = (options, callback) => {
    this.#connect(options).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };

  async #connect(options: ConnectorOptions): Promise<Socket> {
    const spare = this.#spare;
    this.#spare = undefined;
    const socket = spare && !spare.destroyed ? spare : await this.#open();
    if (options.protocol !== 'https:') return socket;
    return await new Promise((resolve, reject) => {
      this.#secure({ ...options, httpSocket: socket }, (error, secured) =>
        error ? reject(error) : resolve(secured),
      );
    });
  }

  async #open(): Promise<Socket> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#timeoutMs);
    try {
      const { authorization } = this.#proxy;
      const { statusCode, socket, headers } = await this.#pool.connect({
        path: this.#target,
        headers: {
          host: this.#target,
          ...(authorization !== undefined && { 'proxy-authorization': authorization }),
        },
        signal: late.signal,
      });
      const connection = socket as Socket;
      if (statusCode >= 200 && statusCode < 300) return connection.setNoDelay(true);
      connection.on('error', () => {}).destroy();
      throw refusal(this.#proxy, this.#target, statusCode, headers['proxy-authenticate']);
    } catch (error) {
      if (error instanceof ProxyError) throw error;
      throw late.signal.aborted ? silence(this.#proxy, this.#timeoutMs) : breakage(this.#proxy, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#spare?.on('error', () => {}).destroy();
    await this.#pool.destroy();
  }
}

/** Answers of proxies that open no tunnels, or none to this port: squid and tinyproxy allow 443 alone. */
const noTunnels: ReadonlySet<number> = new Set([400, 403, 404, 405, 501]);

/** What to do where the proxy itself doesn't help. */
function around(proxy: HttpProxy): string {
  return `mend ${proxy.variable}, or name the server in NO_PROXY (--no-proxy)`;
}

function refusal(
  proxy: HttpProxy,
  target: string,
  status: number,
  ways: string | string[] | undefined,
): ProxyError {
  const { shown } = proxy;
  if (status === 407) return new ProxyError('refused', wantsPassword(proxy, ways), status);
  if (status >= 500 && status !== 501) {
    return new ProxyError(
      'unreachable',
      `the proxy ${shown} can't reach ${target} (${status}): check the address, or ${around(proxy)}`,
      status,
    );
  }
  const what = `the proxy ${shown} opens no connection to ${target} (${status})`;
  return new ProxyError('refused', `${what}: allow it there, or ${around(proxy)}`, status);
}

/**
 * Why a proxy refuses a request for want of a password, with what to do.
 * @param ways its header Proxy-Authenticate
 */
export function wantsPassword(
  { shown, variable, authorization }: HttpProxy,
  ways: string | string[] | undefined,
): string {
  const schemes = [ways ?? []].flat().flatMap((way) => /^\s*([\w-]{1,20})/.exec(way)?.[1] ?? []);
  if (schemes.length > 0 && !schemes.some((scheme) => scheme.toLowerCase() === 'basic')) {
    const what = `the proxy ${shown} wants ${schemes.slice(0, 3).join(' or ')}, but only Basic can be used (407)`;
    return `${what}: allow Basic there, or name a proxy of this machine that speaks it, such as cntlm, in ${variable}`;
  }
  const what =
    authorization === undefined ? 'wants a user and a password' : 'refuses the user or the password';
  return `the proxy ${shown} ${what} (407): put user:password@ before its host in ${variable}`;
}

function silence(proxy: HttpProxy, ms: number): ProxyError {
  return new ProxyError(
    'unreachable',
    `the proxy ${proxy.shown} gives no answer within ${time(ms)}: ${around(proxy)}`,
  );
}

function breakage(proxy: HttpProxy, cause: unknown): ProxyError {
  const { code = '' } = cause as { code?: string };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const what = `the proxy ${proxy.shown} shows the certificate of another host (${code})`;
    return new ProxyError(
      'refused',
      `${what}: name the host that the certificate is for in ${proxy.variable}`,
    );
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    const what = `the proxy ${proxy.shown} shows a certificate that isn't trusted (${code})`;
    return new ProxyError('refused', `${what}: name its authority in NODE_EXTRA_CA_CERTS`);
  }
  const isOther = code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW';
  const how = isOther ? "doesn't speak HTTP" : "can't be reached, or breaks off";
  return new ProxyError('unreachable', `the proxy ${proxy.shown} ${how} (${code}): ${around(proxy)}`);
}
