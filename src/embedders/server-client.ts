// Requests to one server through undici, with our own time-outs: Node's fetch gives up after 300 s
// without headers, but a long batch on a slow machine can take longer.

import { type Dispatcher, Pool } from 'undici';
import { EmbedderFault, EmbedError } from '../errors.js';
import { readUpTo } from '../net/bounded-body.js';
import { withoutSecrets } from '../net/masked-address.js';
import { parseForeign } from '../text/foreign-json.js';
import { withoutSlashes } from '../text/trim.js';
import type { ServerFaults } from './server-faults.js';

export interface ClientOptions {
  /** Base URL of the server; its path is put before every other. */
  url: URL;
  /** Sent as a bearer token. */
  apiKey?: string | undefined;
  /** Max time to connect, in ms. @default 10000 */
  connectTimeoutMs?: number;
}

/**
 * How long an idle connection is kept, in ms. While it is open, we notice when the server goes away. Ollama itself
 * doesn't close idle connections, and unloads its model after this time.
 */
const keepAliveMs = 300_000;

/** After this time without any connection, in ms, the server may have been replaced without our noticing. */
const unwatchedMs = 60_000;

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
}

const mostBytes = 64 * 1024 * 1024;

/** Max bytes read of an error's body. */
const mostOfError = 64 * 1024;

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

export class ServerClient {
  /** The server, for messages. */
  readonly where: string;
  readonly faults: ServerFaults;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #apiKey: string | undefined;
  readonly #headers: { [name: string]: string };
  #losses = 0;
  #connections = 0;
  #aloneSince = Number.POSITIVE_INFINITY;

  /** @param faults what its errors mean */
  constructor(options: ClientOptions, faults: ServerFaults) {
    const { url, apiKey } = options;
    this.#path = withoutSlashes(url.pathname);
    this.where = url.origin + this.#path;
    this.faults = faults;
    this.#apiKey = apiKey;
    this.#headers = apiKey === undefined || apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
    this.#pool = new Pool(url.origin, {
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      connect: { timeout: options.connectTimeoutMs ?? 10_000 },
    });
    this.#pool.on('connect', () => {
      if (Date.now() - this.#aloneSince > unwatchedMs) this.#losses++;
      this.#aloneSince = Number.POSITIVE_INFINITY;
      this.#connections++;
    });
    this.#pool.on('disconnect', (_origin, _targets, error) => {
      if (--this.#connections === 0) this.#aloneSince = Date.now();
      if (!ownEnds.has(error.code)) this.#losses++;
    });
    this.#pool.on('connectionError', () => {
      this.#losses++;
    });
  }

  /**
   * How often the server may have been replaced: connections that the server or the network ended or refused, and
   * first connections after a time without any.
   */
  get losses(): number {
    return this.#losses;
  }

  /**
   * Fetches the whole body of a 200.
   * @param body sent as JSON by POST; without it, the request is a GET
   * @throws {EmbedderFault} for every other answer, and when none comes in time
   * @throws the signal's reason when it is aborted
   */
  async bytes(path: string, body: object | undefined, options: RequestOptions): Promise<Buffer> {
    const { maxBytes = mostBytes } = options;
    return await this.#ask(path, body, options, async (answer) => {
      const { bytes, isWhole } = await readUpTo(answer, maxBytes);
      if (isWhole) return bytes;
      throw new EmbedderFault(
        'bad-answer',
        `${this.where}${path} gave more than ${maxBytes} bytes: ${this.faults.doubt}`,
      );
    });
  }

  /** Fetches a 200 as a JSON object; its fields may be anything. Throws as `bytes` does. */
  async json(path: string, body: object | undefined, options: RequestOptions): Promise<object> {
    const bytes = await this.bytes(path, body, options);
    const told = `${this.where}${path} gave no JSON: ${this.faults.doubt}`;
    let answer: unknown;
    try {
      answer = parseForeign(bytes);
    } catch (cause) {
      throw new EmbedderFault('bad-answer', told, { cause });
    }
    if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer;
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
    await this.#ask(path, body, options, async (answer, extend) => {
      for await (const part of answer) {
        extend();
        onPart(part as Buffer);
      }
    });
  }

  async #ask<T>(
    path: string,
    body: object | undefined,
    options: RequestOptions,
    read: (answer: Dispatcher.ResponseData['body'], extend: () => void) => Promise<T>,
  ): Promise<T> {
    const { timeoutMs, signal, onLate } = options;
    signal?.throwIfAborted();
    const control = new AbortController();
    const start = performance.now();
    let isOver = false;
    const strike = async () => {
      const more = (await onLate?.(performance.now() - start)) ?? this.faults.deadline(this.where, timeoutMs);
      if (isOver) return;
      if (typeof more === 'number') deadline = setTimeout(strike, more);
      else control.abort(more);
    };
    let deadline = setTimeout(strike, timeoutMs);
    const onAbort = () => control.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const answer = await this.#pool.request({
        path: this.#path + path,
        method: body === undefined ? 'GET' : 'POST',
        headers:
          body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: control.signal,
        // The deadline above covers the whole request.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      if (answer.statusCode !== 200) {
        const text = withoutSecrets(
          (await readUpTo(answer.body, mostOfError)).bytes.toString(),
          this.#apiKey,
        );
        throw this.faults.answer(this.where, answer.statusCode, text, answer.headers);
      }
      return await read(answer.body, () => deadline.refresh());
    } catch (error) {
      if (control.signal.aborted) throw control.signal.reason;
      throw error instanceof EmbedError ? error : this.faults.connection(this.where, error);
    } finally {
      isOver = true;
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Closes all connections; requests in flight fail. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
