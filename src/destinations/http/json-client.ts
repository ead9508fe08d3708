// Requests to a store over HTTP, with JSON both ways: bounded in size and time, with errors in words.
import type { ZodType } from 'zod';
import { DestinationError, EmbedError, UsageError } from '../../errors.js';
import { readUpTo } from '../../net/bounded-body.js';
import { ServerConnections } from '../../net/connections.js';
import { parseForeign } from '../../text/foreign-json.js';
import { maskAddress, meansThisMachine, withoutSecrets } from '../../text/masked-address.js';
import { printable } from '../../text/printable.js';
import type { DestinationOptions } from '../destination.js';

/** Max bytes of an answer: a page of rows with their texts. */
const mostBytes = 256 * 1024 * 1024;
const mostOfError = 64 * 1024;

/** The parts of an address such as `qdrant://host:6333/collection`. */
export interface HttpAddress {
  shown: string;
  origin: string;
  /** The last part of the path, not encoded. */
  collection: string;
  query: URLSearchParams;
  /** The key that goes with each request; undefined without one. */
  secret: string | undefined;
}

/** What differs from store to store. */
export interface HttpStore {
  /** In sentences. */
  name: string;
  /** The scheme for HTTP; with an s, it is TLS. */
  scheme: string;
  port: number;
  /** The variable that holds the key. */
  secretFrom: string;
  /** Names of the parameters that its address may have. */
  parameters: readonly string[];
}

/** @throws {UsageError} when the address is none, or a secret of the environment would go where only a file says */
export function readHttpAddress(options: DestinationOptions, store: HttpStore): HttpAddress {
  const { address, isFromFile } = options;
  const shown = maskAddress(address);
  const isTls = address.startsWith(`${store.scheme}s:`);
  const text = address.replace(/^[a-z]+:/, isTls ? 'https:' : 'http:');
  const url = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  const collection = url && decoded(url.pathname.slice(1).replace(/\/$/, ''));
  if (url === undefined || collection === undefined || !/^[^/]+$/.test(collection)) {
    throw new UsageError(`${shown} is no address of ${store.name}: write ${store.scheme}://host/collection.`);
  }
  const unknown = [...url.searchParams.keys()].find((key) => !store.parameters.includes(key));
  if (unknown !== undefined) {
    throw new UsageError(`${shown}: ${store.name} has no setting "${printable(unknown, 60)}": leave it out.`);
  }
  const own = url.password || url.username;
  const secret = own === '' ? process.env[store.secretFrom] || undefined : decoded(own);
  if (secret !== undefined && own === '' && isFromFile && !meansThisMachine(url.host)) {
    throw new UsageError(
      `${store.secretFrom} is not sent to ${shown}, since only a configuration file names it: give the address by --sync, or as an argument.`,
    );
  }
  if (url.port === '') url.port = String(store.port);
  return { shown, origin: url.origin, collection, query: url.searchParams, secret };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

export interface JsonAnswer {
  status: number;
  /** The JSON of the body; undefined where it is none. */
  json: unknown;
  /** What the store says of an error, without secrets. */
  said: string;
}

export class JsonClient {
  readonly #connections: ServerConnections;
  readonly #address: HttpAddress;
  readonly #store: HttpStore;
  readonly #headers: Record<string, string>;
  readonly #options: DestinationOptions;

  /** @param headers sent with each request */
  constructor(
    address: HttpAddress,
    store: HttpStore,
    headers: Record<string, string>,
    options: DestinationOptions,
  ) {
    this.#address = address;
    this.#store = store;
    this.#headers = headers;
    this.#options = options;
    this.#connections = new ServerConnections({
      url: new URL(address.origin),
      proxies: options.proxies,
      connectTimeoutMs: options.timeoutMs,
    });
  }

  /**
   * Sends one request.
   * @returns the answer, whatever its status is
   * @throws {DestinationError} when there is none
   */
  async ask(method: Method, path: string, body?: unknown): Promise<JsonAnswer> {
    const { signal, timeoutMs } = this.#options;
    signal.throwIfAborted();
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await this.#connections.request({
        method,
        path,
        headers: { ...this.#headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.any([signal, late]),
      });
      const isGood = answer.statusCode < 300;
      const { bytes, isWhole } = await readUpTo(answer.body, isGood ? mostBytes : mostOfError);
      if (isGood && !isWhole) throw this.failed('it gave more than an answer can be');
      return { status: answer.statusCode, json: jsonOf(bytes), said: isGood ? '' : this.#words(bytes) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof EmbedError) throw error;
      if (late.aborted) throw this.failed(`no answer within ${timeoutMs} ms`, true, error);
      throw this.#unreachable(error);
    }
  }

  /**
   * The same, for a request that must succeed.
   * @param shape of the answer, as far as it is used
   * @throws {DestinationError} for every status of an error, and an answer of another shape
   */
  async get<T>(method: Method, path: string, body: unknown, shape: ZodType<T>): Promise<T> {
    const answer = await this.ask(method, path, body);
    if (answer.status >= 300) throw this.refused(answer);
    return this.shaped(answer, shape);
  }

  /** For a request whose answer isn't looked at. Throws as `get` does. */
  async send(method: Method, path: string, body: unknown): Promise<void> {
    const answer = await this.ask(method, path, body);
    if (answer.status >= 300) throw this.refused(answer);
  }

  /** @throws {DestinationError} when the answer has another shape */
  shaped<T>({ json }: JsonAnswer, shape: ZodType<T>): T {
    const read = shape.safeParse(json);
    if (read.success) return read.data;
    throw this.failed(`it answers as no ${this.#store.name} does`);
  }

  /** An answer that refuses, as an error. */
  refused({ status, said }: JsonAnswer): DestinationError {
    const { shown } = this.#address;
    const { name, secretFrom } = this.#store;
    if (status === 401 || status === 403) {
      return new DestinationError(
        `${shown} refuses the key (${said}): set ${secretFrom} to one that may write.`,
      );
    }
    const isPassing = status === 429 || status >= 500;
    return this.failed(said === '' ? `${name} answered ${status}` : said, isPassing);
  }

  /** What a store does that it shouldn't, as an error. */
  failed(said: string, isPassing = false, cause?: unknown): DestinationError {
    return new DestinationError(
      `${this.#address.shown} failed (${said}): try again, or look into the log of ${this.#store.name}.`,
      { isPassing, cause },
    );
  }

  #unreachable(error: unknown): DestinationError {
    const { shown } = this.#address;
    const { code = '', message } = error as NodeJS.ErrnoException;
    const said = printable(code === '' || code === 'PROXY' ? message : code, 200);
    if (['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(code)) {
      return new DestinationError(
        `${shown} can't be reached (${said}): check the address, and that ${this.#store.name} runs there.`,
        { cause: error, isPassing: code !== 'ENOTFOUND' },
      );
    }
    return this.failed(said, true, error);
  }

  /** What a store says is in its JSON, or plain. */
  #words(bytes: Buffer): string {
    const json = jsonOf(bytes) as
      | { status?: { error?: unknown }; message?: unknown; error?: unknown }
      | undefined;
    const told = json?.status?.error ?? json?.message ?? json?.error;
    const text = typeof told === 'string' ? told : bytes.toString('utf8', 0, 500);
    return printable(withoutSecrets(text.trim(), this.#address.secret), 300);
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return parseForeign(bytes);
  } catch {
    return undefined;
  }
}
