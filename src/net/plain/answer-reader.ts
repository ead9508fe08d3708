// Reads one answer of HTTP/1.x from bytes, wherever they are cut. It knows nothing of sockets, so that tests can give it
// every answer at every cut.
import { Body } from './body.js';
import { closed, odd } from './fault.js';
import {
  type BodyEnd,
  bodyEndOf,
  Fields,
  type Headers,
  keepAliveOf,
  mayBeginAnswer,
  readStatusLine,
  staysOpen,
} from './head.js';
import { LineReader } from './line-reader.js';

export interface PlainAnswer {
  statusCode: number;
  headers: Headers;
  /** In memory of its own: nothing writes to it again. */
  bytes: Buffer;
  /** False when the body had more bytes than were asked for; these are then its first. */
  isWhole: boolean;
}

export interface AnswerOptions {
  method: string;
  /** Max bytes of the body that are kept, by status. */
  maxBytes: (status: number) => number;
  /** Bytes that a body without a length may have, as those before it had. */
  expected: number;
  /** Called with the status when the headers have come. @default not called */
  onHead?: ((status: number) => void) | undefined;
}

/** All headers together with those of interim answers, in bytes: as much as undici and Node take. */
const headBytes = 16 * 1024;
/** All lines between chunks, beside what a chunk needs, and the trailers, in bytes. */
const spareBytes = 16 * 1024;
/** What the line before a chunk needs: a size, and the line's end. */
const sizeLineBytes = 10;

/** A size in hex, and extensions without spaces: `1f;name=value;other="a b"`. */
const sizeLine =
  /^([\da-fA-F]{1,8})(?:;[!#$%&'*+\-.^_`|~\dA-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~\dA-Za-z]+|"[\t !#-[\]-~]*"))?)*$/;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

type State =
  | 'status'
  | 'fields'
  | 'bytes'
  | 'rest'
  | 'chunk-size'
  | 'chunk'
  | 'chunk-end'
  | 'trailers'
  | 'done';

export class AnswerReader {
  readonly #options: AnswerOptions;
  readonly #lines = new LineReader();
  #state: State = 'status';
  #minor = 0;
  #status = 0;
  #fields = new Fields();
  #end: BodyEnd = { kind: 'close' };
  #body: Body | undefined;
  /** Bytes of the body, or of its chunk, that have not come. */
  #left = 0;
  #spare = spareBytes;
  /** Of the line end behind a chunk, the first byte has come. */
  #hasCr = false;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#lines.allow(headBytes);
  }

  /**
   * Reads what came.
   * @returns whether the answer is done
   * @throws {PlainHttpError} when it is no answer that can be read in one way only, or something follows it
   */
  take(bytes: Buffer): boolean {
    this.#lines.at = 0;
    while (this.#state !== 'done' && this.#step(bytes));
    if (this.#state !== 'done') return false;
    if (this.#lines.at < bytes.length && this.#body!.isWhole) throw odd('bytes behind the answer');
    return true;
  }

  /** The server has ended the connection. @throws {PlainHttpError} when the answer isn't done with that */
  finish(): void {
    if (this.#state !== 'rest') throw closed();
    this.#state = 'done';
  }

  get answer(): PlainAnswer {
    const { isWhole } = this.#body!;
    return { statusCode: this.#status, headers: this.#fields.all, bytes: this.#body!.taken(), isWhole };
  }

  /** Whether the connection may take another request. */
  get isReusable(): boolean {
    return this.#body!.isWhole && this.#end.kind !== 'close' && staysOpen(this.#fields.all, this.#minor);
  }

  /** How long the server then keeps it, in ms; undefined when it doesn't say. */
  get keepAliveMs(): number | undefined {
    return keepAliveOf(this.#fields.all);
  }

  /** Reads a line, or what is there of the body. @returns false when more bytes are needed */
  #step(bytes: Buffer): boolean {
    switch (this.#state) {
      case 'bytes':
      case 'chunk':
      case 'rest':
        return this.#copy(bytes);
      case 'chunk-end':
        return this.#endChunk(bytes);
      default: {
        const line = this.#lines.next(bytes);
        if (line !== undefined) this.#line(line);
        else if (this.#state === 'status' && !mayBeginAnswer(this.#lines.begun)) readStatusLine('');
        return line !== undefined;
      }
    }
  }

  #line(line: string): void {
    switch (this.#state) {
      case 'status':
        ({ minor: this.#minor, status: this.#status } = readStatusLine(line));
        this.#state = 'fields';
        break;
      case 'fields':
        if (line === '') this.#begin();
        else this.#fields.add(line);
        break;
      case 'chunk-size':
        this.#beginChunk(line);
        break;
      default:
        if (line === '') this.#state = 'done';
        else this.#trailer(line);
    }
  }

  /** All headers are there: the body begins, or another answer after an interim one. */
  #begin(): void {
    const { method, maxBytes, expected, onHead } = this.#options;
    const headers = this.#fields.all;
    const status = this.#status;
    if (status === 101) throw odd('another protocol, unasked');
    this.#end = bodyEndOf(headers, status, this.#minor, method);
    if (status < 200) {
      if (this.#minor === 0) throw odd('an interim answer in HTTP/1.0');
      if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
        throw odd('a body where none can be');
      }
      this.#fields = new Fields();
      this.#state = 'status';
      return;
    }
    onHead?.(status);
    const end = this.#end;
    this.#body = new Body(end.kind === 'length' ? end.bytes : expected, maxBytes(status));
    if (end.kind === 'chunked') this.#allowSizeLine();
    else if (end.kind === 'close') this.#state = 'rest';
    else this.#state = end.bytes === 0 ? 'done' : 'bytes';
    this.#left = end.kind === 'length' ? end.bytes : 0;
  }

  #copy(bytes: Buffer): boolean {
    const from = this.#lines.at;
    const isBounded = this.#state !== 'rest';
    const to = isBounded ? Math.min(bytes.length, from + this.#left) : bytes.length;
    if (isBounded) this.#left -= to - from;
    this.#lines.at = to;
    if (!this.#body!.add(bytes, from, to)) this.#state = 'done';
    else if (!isBounded || this.#left > 0) return false;
    else this.#state = this.#state === 'bytes' ? 'done' : 'chunk-end';
    return true;
  }

  #allowSizeLine(): void {
    this.#lines.allow(sizeLineBytes + this.#spare);
    this.#state = 'chunk-size';
  }

  /** A size of more than eight digits is beyond every bound. What else stands in the line is bounded, and left out. */
  #beginChunk(line: string): void {
    const [, size] = sizeLine.exec(line) ?? [];
    if (size === undefined) throw odd('a chunk without a size');
    this.#spare -= line.length - size.length;
    this.#left = Number.parseInt(size, 16);
    if (this.#left > 0) {
      this.#state = 'chunk';
      return;
    }
    this.#lines.allow(this.#spare + 2);
    this.#state = 'trailers';
  }

  /** Reads one byte of the line end behind a chunk. */
  #endChunk(bytes: Buffer): boolean {
    const byte = bytes[this.#lines.at];
    if (byte === undefined) return false;
    if (byte !== (this.#hasCr ? lineFeed : carriageReturn)) throw odd('a chunk of another size than it says');
    this.#lines.at++;
    this.#hasCr = !this.#hasCr;
    if (!this.#hasCr) this.#allowSizeLine();
    return true;
  }

  /** Trailers are read for their form alone: nothing asks for them. */
  #trailer(line: string): void {
    const trailers = new Fields();
    trailers.add(line);
    for (const framing of ['content-length', 'transfer-encoding', 'connection']) {
      if (trailers.all[framing] !== undefined) throw odd('a trailer that belongs to the headers');
    }
  }
}
