// Requests to one server, with our own time-outs: Node's fetch gives up after 300 s without headers, but a long batch on
// a slow machine can take longer.

import { EmbedderFault, EmbedError } from '../errors.js';
import { readUpTo } from '../net/bounded-body.js';
import type { HttpProxy, ProxySettings } from '../net/choose-proxy.js';
import { type HttpClient, ServerConnections } from '../net/connections.js';
import { basicOf, secretsOf } from '../net/credentials.js';
import { decodedBody } from '../net/decoded-body.js';
import type { WholeRequest } from '../net/plain/pool.js';
import { ProxyError } from '../net/tunnel.js';
import { parseForeign } from '../text/foreign-json.js';
import { whereIs } from '../text/masked-address.js';
import { isObject } from '../text/plain-json.js';
import { withoutSlashes } from '../text/trim.js';
import type { TraceContext } from '../types/requests.js';
import type { AnswerHeaders, ServerFaults } from './server-faults.js';

/** What is needed to be let in by servers, and to get to them. */
export interface Access {
  /** Sent as a bearer token, where the address has no user and password of its own. */
  apiKey?: string | undefined;
  /** @default no proxy */
  proxies?: ProxySettings | undefined;
  /** As in {@link ConnectionsOptions}. @default 'own' */
  httpClient?: HttpClient | undefined;
}

/** How an address is named at the start of a sentence. */
const addressName = "A server's address";

/** The headers that let a request in. @throws {UsageError} when its address has a password that can't be read */
export function credentialsFor(url: URL, { apiKey }: Access): { authorization?: string } {
  const basic = basicOf(url, addressName);
  if (basic !== undefined) return { authorization: basic };
  return apiKey === undefined || apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
}

export interface ClientOptions extends Access {
  /** Base URL of the server; its path is put before every other. A user and a password in it are sent as Basic. */
  url: URL;
  /** Max time to connect, in ms. @default 10000 */
  connectTimeoutMs?: number;
}

export interface RequestOptions {
  /** Max time of the whole request, in ms. */
  timeoutMs: number;
  /**
   * Called when the time is over. Doesn't throw.
   * @returns more time in ms, or the fault to end the request with. @default no more time
   */
  onLate?: ((elapsedMs: number) => Promise<number | EmbedderFault>) | undefined;
  signal?: AbortSignal | undefined;
  /** Max bytes of a 200's body; more is a fault. @default 64 MiB, room for every model's vocabulary */
  maxBytes?: number;
  /** Sent in the headers. @default none */
  trace?: TraceContext | undefined;
  /** Called when the head of a 200 has come. @default not called */
  onHead?: (() => void) | undefined;
}

type Request = Omit<WholeRequest, 'maxBytes'>;

const mostBytes = 64 * 1024 * 1024;

/** Max bytes read of an error's body. */
const mostOfError = 64 * 1024;

export class ServerClient {
  /** The server, without credentials. */
  readonly where: string;
  readonly faults: ServerFaults;
  readonly #connections: ServerConnections;
  readonly #path: string;
  readonly #headers: { authorization?: string };
  /** What an answer may not repeat into a message. */
  readonly #secrets: readonly string[];

  /**
   * @param faults what its errors mean
   * @throws {UsageError} when the proxy's address, or a password in the server's, can't be used
   */
  constructor(options: ClientOptions, faults: ServerFaults) {
    const { url, apiKey = '', proxies, httpClient, connectTimeoutMs = 10_000 } = options;
    this.#path = withoutSlashes(url.pathname);
    this.where = whereIs(url);
    this.faults = faults;
    this.#headers = credentialsFor(url, options);
    this.#connections = new ServerConnections({ url, proxies, httpClient, connectTimeoutMs });
    this.#secrets = [apiKey, ...secretsOf(url, addressName), ...(this.proxy?.secrets ?? [])];
  }

  /** The server with its proxy, which may be what failed, for messages. */
  #told(path = ''): string {
    const { proxy } = this;
    return proxy ? `${this.where}${path} (by the proxy ${proxy.shown})` : this.where + path;
  }

  /** The proxy by which it is asked; undefined without one. */
  get proxy(): HttpProxy | undefined {
    return this.#connections.proxy;
  }

  /** As {@link ServerConnections.losses}. */
  get losses(): number {
    return this.#connections.losses;
  }

  /** As {@link ServerConnections.isWatched}. */
  get isWatched(): boolean {
    return this.#connections.isWatched;
  }

  /**
   * Fetches the whole body of a 200.
   * @param body sent as JSON by POST; without it, the request is a GET
   * @throws {EmbedderFault} for every other answer, and when none comes in time
   * @throws the signal's reason when it is aborted
   */
  async bytes(path: string, body: object | undefined, options: RequestOptions): Promise<Buffer> {
    const { maxBytes = mostBytes } = options;
    return await this.#ask(path, body, options, async (request) => {
      const most = (status: number) => (status === 200 ? maxBytes : mostOfError);
      const { statusCode, headers, bytes, isWhole } = await this.#connections.whole({
        ...request,
        maxBytes: most,
        onHead: (status) => {
          if (status === 200) options.onHead?.();
        },
      });
      if (statusCode !== 200) throw this.#fault(path, statusCode, headers, bytes);
      if (isWhole) return bytes;
      throw new EmbedderFault(
        'bad-answer',
        `${this.#told(path)} gave more than ${maxBytes} bytes: ${this.faults.doubt}`,
      );
    });
  }

  /** Fetches a 200 as a JSON object; its fields may be anything. Throws as `bytes` does. */
  async json(path: string, body: object | undefined, options: RequestOptions): Promise<object> {
    const bytes = await this.bytes(path, body, options);
    const told = `${this.#told(path)} gave no JSON: ${this.faults.doubt}`;
    let answer: unknown;
    try {
      answer = parseForeign(bytes);
    } catch (cause) {
      throw new EmbedderFault('bad-answer', told, { cause });
    }
    if (isObject(answer)) return answer;
    throw new EmbedderFault('bad-answer', told);
  }

  /**
   * Passes on the body of a 200 as it arrives, for long answers: the time-out starts again with every part.
   * Throws as `bytes` does, and what `onPart` throws.
   */
  async parts(
    path: string,
    body: object,
    options: RequestOptions,
    onPart: (part: Buffer) => void,
  ): Promise<void> {
    await this.#ask(path, body, options, async (request, extend) => {
      const { statusCode, headers, body } = await this.#connections.request({
        ...request,
        body: request.body ?? null,
      });
      const content = decodedBody(body, [headers['content-encoding']].flat()[0]);
      if (statusCode !== 200) {
        const { bytes } = await readUpTo(content, mostOfError);
        throw this.#fault(path, statusCode, headers, bytes);
      }
      options.onHead?.();
      for await (const part of content) {
        extend();
        onPart(part as Buffer);
      }
    });
  }

  /** The fault for an answer other than a 200. */
  #fault(path: string, status: number, headers: AnswerHeaders, bytes: Buffer): EmbedderFault {
    const known = { headers, path, proxy: this.proxy, secrets: this.#secrets };
    return this.faults.answer(this.#told(), status, bytes.toString(), known);
  }

  async #ask<T>(
    path: string,
    body: object | undefined,
    options: RequestOptions,
    send: (request: Request, extend: () => void) => Promise<T>,
  ): Promise<T> {
    const { timeoutMs, signal, onLate } = options;
    signal?.throwIfAborted();
    const control = new AbortController();
    const start = performance.now();
    let isOver = false;
    const strike = async () => {
      const more =
        (await onLate?.(performance.now() - start)) ?? this.faults.deadline(this.#told(), timeoutMs);
      if (isOver) return;
      if (typeof more === 'number') deadline = setTimeout(strike, more);
      else control.abort(more);
    };
    let deadline = setTimeout(strike, timeoutMs);
    const onAbort = () => control.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const isPost = body !== undefined;
      const request: Request = {
        path: this.#path + path,
        method: isPost ? 'POST' : 'GET',
        headers: isPost
          ? { ...this.#headers, ...options.trace, 'content-type': 'application/json' }
          : this.#headers,
        ...(isPost && { body: JSON.stringify(body) }),
        signal: control.signal,
      };
      return await send(request, () => deadline.refresh());
    } catch (error) {
      if (control.signal.aborted) throw control.signal.reason;
      if (error instanceof EmbedError) throw error;
      // Its words name the proxy.
      throw error instanceof ProxyError
        ? this.faults.connection(this.where, error)
        : this.faults.connection(this.#told(), error, this.proxy);
    } finally {
      isOver = true;
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Closes all connections; requests in flight fail. */
  async close(): Promise<void> {
    await this.#connections.close();
  }
}
