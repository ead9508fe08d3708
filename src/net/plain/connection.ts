// One connection to a server at http://, with one request at a time. What comes is read into one buffer of its own,
// again and again, so that no memory is made for a part of an answer.
import { connect, type Socket } from 'node:net';
import type { ConnectionWatch } from '../connection-watch.js';
import type { AnswerReader, PlainAnswer } from './answer-reader.js';
import { closed, odd, PlainHttpError } from './fault.js';

export interface PlainServer {
  /** As `net.connect` takes it: an IPv6 address has no brackets. */
  host: string;
  port: number;
  /** Max time to connect, in ms. */
  connectTimeoutMs: number;
  /** How long an idle connection is kept, in ms, if the server doesn't say less. */
  keepAliveMs: number;
}

/** A request under way, and who waits for its answer. */
export interface Exchange {
  request: Buffer;
  reader: AnswerReader;
  resolve: (answer: PlainAnswer) => void;
  reject: (error: Error) => void;
}

/** Bytes that are received at once. */
const receiveBytes = 64 * 1024;
/** How long an idle connection isn't used before a server ends it, in ms: a request on its way would be lost. */
const marginMs = 2000;
/** After this time, the system asks whether the other end is still there, in ms. */
const probeMs = 60_000;

export class PlainConnection {
  readonly #server: PlainServer;
  readonly #watch: ConnectionWatch;
  readonly #onClose: () => void;
  readonly #socket: Socket;
  readonly #connecting: NodeJS.Timeout;
  #idle: NodeJS.Timeout | undefined;
  #idleMs = 0;
  #exchange: Exchange | undefined;
  #isOpen = false;
  #isClosed = false;

  /** @param onClose called once, when it can take no more requests */
  constructor(server: PlainServer, watch: ConnectionWatch, onClose: () => void) {
    const { host, port, connectTimeoutMs } = server;
    this.#server = server;
    this.#watch = watch;
    this.#onClose = onClose;
    const buffer = Buffer.allocUnsafeSlow(receiveBytes);
    const callback = (length: number) => this.#received(buffer.subarray(0, length));
    const keeping = { noDelay: true, keepAlive: true, keepAliveInitialDelay: probeMs };
    this.#socket = connect({ host, port, ...keeping, onread: { buffer, callback } });
    this.#socket
      .once('connect', () => this.#opened())
      .once('end', () => this.#ended())
      .on('error', (error) => this.#fail(error))
      .once('close', () => this.#fail(closed()));
    this.#connecting = setTimeout(() => {
      this.#fail(new PlainHttpError('ETIMEDOUT', `no connection within ${connectTimeoutMs} ms`));
    }, connectTimeoutMs);
  }

  /** Whether it takes a request, maybe after it is connected. */
  get isFree(): boolean {
    return !this.#isClosed && this.#exchange === undefined;
  }

  /** Sends a request now, or when connected. Only a free connection takes one. */
  send(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#socket.ref();
    this.#connecting.ref();
    if (this.#isOpen) this.#socket.write(exchange.request);
  }

  /**
   * Gives a request up, if it is still under way. An open connection ends with it, as its answer may come at any time; one
   * that isn't open yet serves the next request.
   */
  giveUp(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    if (this.#isOpen) this.#close({ isLost: false });
    else this.#release();
  }

  /** Ends it; a request under way fails. */
  destroy(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#close({ isLost: false });
    exchange?.reject(new PlainHttpError('HTTP_DESTROYED', 'the connection was closed'));
  }

  #opened(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#connecting);
    this.#isOpen = true;
    this.#watch.opened();
    if (this.#exchange) this.#socket.write(this.#exchange.request);
    else this.#rest(undefined);
  }

  /** @returns true: what comes next is wanted, too */
  #received(bytes: Buffer): boolean {
    if (this.#isClosed) return true;
    const exchange = this.#exchange;
    try {
      if (!exchange) throw odd('bytes that nobody asked for');
      if (exchange.reader.take(bytes)) this.#answered(exchange);
    } catch (error) {
      this.#fail(error as Error);
    }
    return true;
  }

  /** The server has ended its side. */
  #ended(): void {
    const exchange = this.#exchange;
    try {
      if (!exchange) throw closed();
      exchange.reader.finish();
      this.#answered(exchange);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #answered({ reader, resolve }: Exchange): void {
    this.#exchange = undefined;
    // An answer may come before the whole request is sent; the rest of the request would stand before the next one.
    const isSent = this.#socket.writableLength === 0;
    if (isSent && reader.isReusable) this.#rest(reader.keepAliveMs);
    else this.#close({ isLost: false });
    resolve(reader.answer);
  }

  /** Waits for the next request, for as long as the server keeps the connection. */
  #rest(serverKeepsMs: number | undefined): void {
    const idleMs =
      serverKeepsMs === undefined
        ? this.#server.keepAliveMs
        : Math.min(serverKeepsMs - marginMs, mostKeepAliveMs);
    if (idleMs <= 0) {
      this.#close({ isLost: false });
      return;
    }
    this.#release();
    if (this.#idle && this.#idleMs === idleMs) {
      this.#idle.refresh();
      return;
    }
    clearTimeout(this.#idle);
    this.#idleMs = idleMs;
    this.#idle = setTimeout(() => {
      if (this.isFree) this.#close({ isLost: false });
    }, idleMs).unref();
  }

  /** A program may end while a connection is idle. */
  #release(): void {
    this.#socket.unref();
    this.#connecting.unref();
  }

  /** The server, the network or what it sent has ended the connection. */
  #fail(error: Error): void {
    if (this.#isClosed) return;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#close({ isLost: true });
    exchange?.reject(error);
  }

  #close({ isLost }: { isLost: boolean }): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#connecting);
    clearTimeout(this.#idle);
    this.#socket.destroy();
    if (this.#isOpen) this.#watch.ended(isLost);
    else if (isLost) this.#watch.refused();
    this.#onClose();
  }
}

/** What a server asks for is kept to, up to this time, in ms. */
const mostKeepAliveMs = 600_000;
