// src/net/plain: our own client for http://, for whole answers of embedding servers. undici takes 13 to 15 µs of processor
// time a text for the same (batches of 32): it makes streams, and new memory for every part of an answer.
//
// In: a request. Out: its whole answer, or an error; nothing is sent twice. pool.ts holds the connections to one server;
// connection.ts holds one, with one request at a time (no pipelining), and reads into one buffer that it uses again;
// answer-reader.ts reads an answer, by line-reader.ts and head.ts; body.ts copies the body to memory of its own, as its digits
// go from there into chunks.jsonl (src/vectors/digits.ts).
// What must hold: an answer that HTTP doesn't allow, or that two readers could read in two ways, is an error and ends the
// connection. All that comes is bounded: headers, lines of chunks, trailers, body, interim answers. Time-outs of whole
// requests are the caller's, who aborts. connection-watch.ts is told of connections as undici's pool tells it.
// How it is proven: test/net/plain cuts answers at every byte, compares random ones with undici and Node, and plays
// attacks; the tests of servers in test/embedders, test/hostile and test/networks run over both clients.
// Everything else (TLS, proxies, streams) goes by undici; `httpClient` in the settings chooses it for all.
import type { ConnectionWatch } from '../connection-watch.js';
import { AnswerReader, type PlainAnswer } from './answer-reader.js';
import { type Exchange, PlainConnection, type PlainServer } from './connection.js';
import { type PlainRequest, requestBytes } from './request-bytes.js';

export interface WholeRequest extends PlainRequest {
  /** Max bytes of a body that are read, by status. */
  maxBytes: (status: number) => number;
  /** Called with the status when the headers have come. @default not called */
  onHead?: ((status: number) => void) | undefined;
  signal: AbortSignal;
}

export class PlainPool {
  readonly #server: PlainServer;
  readonly #host: string;
  readonly #watch: ConnectionWatch;
  readonly #connections = new Set<PlainConnection>();
  /** Bytes of the last body: the next one is likely to need as much. */
  #lastBytes = 0;

  /** @param url of the server; its path is not used */
  constructor(
    url: URL,
    times: Pick<PlainServer, 'connectTimeoutMs' | 'keepAliveMs'>,
    watch: ConnectionWatch,
  ) {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    this.#server = { host, port: url.port === '' ? 80 : Number(url.port), ...times };
    this.#host = url.host;
    this.#watch = watch;
  }

  /**
   * Sends a request over a free connection, or a new one.
   * @throws {PlainHttpError} when no whole answer comes
   * @throws errors of Node when there is no connection, or it breaks
   * @throws the signal's reason
   */
  async request(request: WholeRequest): Promise<PlainAnswer> {
    const { method, maxBytes, onHead, signal } = request;
    signal.throwIfAborted();
    const bytes = requestBytes(request, this.#host);
    // Somewhat more than the last one: memory that is too small by a byte is made anew.
    const expected = this.#lastBytes + (this.#lastBytes >> 3);
    const reader = new AnswerReader({ method, maxBytes, expected, onHead });
    const answer = await this.#send(bytes, reader, signal);
    this.#lastBytes = answer.bytes.length;
    return answer;
  }

  #send(request: Buffer, reader: AnswerReader, signal: AbortSignal): Promise<PlainAnswer> {
    return new Promise((resolve, reject) => {
      const connection = this.#free();
      const onAbort = () => {
        connection.giveUp(exchange);
        reject(signal.reason);
      };
      const done = () => signal.removeEventListener('abort', onAbort);
      const exchange: Exchange = {
        request,
        reader,
        resolve: (answer) => {
          done();
          resolve(answer);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      connection.send(exchange);
    });
  }

  /** The oldest that is free: those that are needed no more become idle, and end. */
  #free(): PlainConnection {
    for (const connection of this.#connections) if (connection.isFree) return connection;
    const made: PlainConnection = new PlainConnection(this.#server, this.#watch, () => {
      this.#connections.delete(made);
    });
    this.#connections.add(made);
    return made;
  }

  /** Ends all connections; requests under way fail. */
  destroy(): void {
    for (const connection of [...this.#connections]) connection.destroy();
  }
}
