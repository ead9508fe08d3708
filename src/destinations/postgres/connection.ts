// A connection to PostgreSQL. Its client waits for ever and keeps all rows of an answer: here, an answer has bounds of bytes
// and of time, whatever the server is.
import type { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import type { Client } from 'pg';
import { debug } from '../../debug.js';
import type { DestinationOptions } from '../destination.js';
import { inWords, type PostgresAddress } from './connect.js';
import { CopyOut } from './copy-out.js';

/** Bytes that the server may send for one question: a page of a listing, or the rows of a search. */
const mostBytes = 128 * 1024 * 1024;
/** How often that is looked at, in ms. */
const lookMs = 50;

export class Connection {
  readonly #address: PostgresAddress;
  readonly #options: DestinationOptions;
  readonly #socket = guarded(new Socket());
  readonly #watch: NodeJS.Timeout;
  #client: Client | undefined;
  /** Bytes that had come when the last question was asked. */
  #before = 0;
  /** Why we ended the connection. */
  #reason: Error | undefined;
  #isClosed = false;

  private constructor(address: PostgresAddress, options: DestinationOptions) {
    this.#address = address;
    this.#options = options;
    this.#watch = setInterval(() => {
      if (this.#socket.bytesRead - this.#before > mostBytes) this.#end('it gave more than an answer can be');
    }, lookMs).unref();
    // A stop must not wait for a statement that takes minutes.
    options.signal.addEventListener('abort', () => void this.close(), { once: true });
  }

  /**
   * Connects. What goes wrong later fails the query that is under way.
   * @throws {DestinationError} when it can't be reached, or refuses
   */
  static async open(address: PostgresAddress, options: DestinationOptions): Promise<Connection> {
    options.signal.throwIfAborted();
    const connection = new Connection(address, options);
    try {
      connection.#client = await connection.#connect();
      return connection;
    } catch (error) {
      clearInterval(connection.#watch);
      connection.#socket.destroy();
      throw inWords(connection.#reason ?? error, address);
    }
  }

  async #connect(): Promise<Client> {
    const { connection } = this.#address;
    const { default: pg } = await import('pg');
    const bare = /^postgres(?:ql)?:(?:\/\/)?$/.test(connection);
    const client = new pg.Client({
      ...(bare ? {} : { connectionString: connection }),
      connectionTimeoutMillis: this.#options.timeoutMs,
      keepAlive: true,
      application_name: 'embed',
      stream: () => this.#socket,
    });
    // The client looks into this file itself, too, but prints a warning of its own then.
    (client as unknown as { password: unknown }).password ??= passwordOfFile;
    const { connection: wire } = client as unknown as { connection: EventEmitter & { stream: Socket } };
    wire.on('sslconnect', () => guarded(wire.stream));
    // Without a listener, a connection that breaks ends the process.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** For what is asked within {@link ask}. */
  get client(): Client {
    return this.#client!;
  }

  /**
   * Does some work with the server.
   * @param withinMs how long it may take. @default for ever: what writes may wait for others, and for an index to be made
   * @throws {DestinationError} for an error of the server; a stop is told as what it is
   */
  async ask<T>(work: (client: Client) => Promise<T>, withinMs?: number): Promise<T> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    this.#before = this.#socket.bytesRead;
    const late =
      withinMs === undefined
        ? undefined
        : setTimeout(() => this.#end(`no answer within ${withinMs} ms`), withinMs);
    try {
      return await this.#untilClosed(work(this.client));
    } catch (error) {
      signal.throwIfAborted();
      throw inWords(this.#reason ?? error, this.#address);
    } finally {
      clearTimeout(late);
    }
  }

  /**
   * What a `COPY … TO STDOUT` gives, a part at a time. Who leaves it before its end ends the connection.
   * @param read each part @param withinMs how long nothing may come
   * @throws {DestinationError} as {@link ask}
   */
  async *copied<T>(text: string, read: (bytes: Buffer) => T, withinMs: number): AsyncGenerator<T> {
    this.#options.signal.throwIfAborted();
    const copy = this.client.query(new CopyOut(text));
    let isWhole = false;
    try {
      for (;;) {
        const part = await this.ask(async () => {
          const bytes = await copy.next();
          return bytes && { read: read(bytes) };
        }, withinMs);
        isWhole = part === undefined;
        if (part === undefined) return;
        yield part.read;
      }
    } finally {
      if (!isWhole) this.#end('a listing was left');
    }
  }

  /** A client whose server has answered once too often no longer knows what waits for the connection. */
  #untilClosed<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const closed = () => setImmediate(() => reject(new Error('the connection was terminated')));
      if (this.#socket.closed) closed();
      this.#socket.once('close', closed);
      work.then(resolve, reject).finally(() => this.#socket.off('close', closed));
    });
  }

  /** Ends it at once: what is asked fails. */
  #end(reason: string): void {
    this.#reason ??= new Error(reason);
    this.#socket.destroy(this.#reason);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { signal, timeoutMs } = this.#options;
    clearInterval(this.#watch);
    // A server drops what a broken connection left open.
    if (signal.aborted || this.#reason) {
      this.#socket.destroy();
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#client?.end().catch(() => undefined), late]);
    clearTimeout(timer);
    this.#socket.destroy();
  }
}

/**
 * The client reads messages as they come, where nobody catches what it throws: messages that are none, or come when it expects
 * others, would end the process. They end the connection.
 */
function guarded<T extends Socket>(socket: T): T {
  const emit = socket.emit.bind(socket) as (...values: unknown[]) => boolean;
  socket.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    try {
      return emit(event, ...values);
    } catch (error) {
      if (event !== 'data') throw error;
      debug.sync?.(`a message of PostgreSQL that can't be read: ${String(error)}`);
      socket.destroy(new Error('it answers as no PostgreSQL does'));
      return true;
    }
  };
  return socket;
}

/** What `~/.pgpass`, or the file that PGPASSFILE names, has for this server; undefined when it has nothing. */
async function passwordOfFile(about: object): Promise<string | undefined> {
  // It has no types of its own.
  const { default: find } = await import('pgpass' as string);
  return await new Promise((resolve) => find(about, resolve));
}
