// Looks at what comes from Redis before ioredis's parser does. That parser believes every length, and a few
// bytes are enough to overflow its stack or to make it keep all that comes.

/** What came is no answer of a Redis; the message says how, as a phrase. */
export class ForeignReplyError extends Error {}

/** Arrays in arrays. SCAN, the deepest of ours, has two. */
const maxDepth = 8;

/** Elements of one reply, those of inner arrays included. SCAN gives some thousands where it was asked for one. */
const maxElements = 1 << 20;

/** Bytes of one reply: 256 vectors of 65,536 dimensions. */
const maxBytes = 64 * 1024 * 1024;

/** Bytes of a status or an error. */
const maxLineBytes = 64 * 1024;

const carriageReturn = 0x0d;

/** Follows the frames of RESP 2 through the parts of a stream; keeps none of what is in them. */
export class ReplyWatch {
  /** Elements that each open array still lacks, the outermost first. */
  readonly #open: number[] = [];
  /** The line that has begun, without its end. */
  #line = '';
  /** Bytes of a bulk string and its line end that are still to come. */
  #body = 0;
  #bytes = 0;
  #elements = 0;
  #complete = 0;

  /**
   * @param most max replies that may end in this part: those that a caller waits for
   * @throws {ForeignReplyError} and is of no more use
   */
  see(part: Buffer, most: number): void {
    this.#complete = 0;
    let at = 0;
    while (at < part.length) {
      const next = this.#body > 0 ? this.#skip(part, at) : this.#read(part, at);
      this.#bytes += next - at;
      at = next;
      if (this.#bytes > maxBytes) throw new ForeignReplyError('it sends an answer without an end');
      if (this.#complete > most) throw new ForeignReplyError('it answers what it was not asked');
    }
  }

  #skip(part: Buffer, at: number): number {
    const end = Math.min(part.length, at + this.#body);
    this.#body -= end - at;
    if (this.#body === 0) this.#end();
    return end;
  }

  /** Up to the end of a line, which like the parser's is at the first carriage return. */
  #read(part: Buffer, at: number): number {
    if (this.#line.endsWith('\r')) {
      if (part[at] !== 0x0a) throw foreign(this.#line);
      const line = this.#line.slice(0, -1);
      this.#line = '';
      this.#begin(line);
      return at + 1;
    }
    const found = part.indexOf(carriageReturn, at);
    const end = found < 0 ? part.length : found + 1;
    if (this.#line.length + end - at > maxLineBytes)
      throw new ForeignReplyError('it sends a line without an end');
    this.#line += part.toString('latin1', at, end);
    if (!/^[+\-:$*]/.test(this.#line)) throw foreign(this.#line);
    return end;
  }

  #begin(line: string): void {
    const type = line[0];
    const rest = line.slice(1);
    const isLine = type === '+' || type === '-';
    if (!isLine && !/^(0|-?[1-9]\d{0,18})$/.test(rest)) throw foreign(line);
    const length = isLine || type === ':' ? -1 : Number(rest);
    if (length < -1) throw foreign(line);
    if (type === '$' && length >= 0) {
      if (length > maxBytes) throw new ForeignReplyError(`it announces a value of ${rest} bytes`);
      this.#body = length + 2;
    } else if (length > 0) this.#enter(length);
    else this.#end();
  }

  #enter(length: number): void {
    this.#elements += length;
    if (this.#elements > maxElements) throw new ForeignReplyError('it sends an answer without an end');
    this.#open.push(length);
    if (this.#open.length > maxDepth) throw new ForeignReplyError('it sends lists in lists without an end');
  }

  /** A value is complete, and with it each array that it was the last element of. */
  #end(): void {
    while (this.#open.length > 0) {
      const last = this.#open.length - 1;
      this.#open[last]! -= 1;
      if (this.#open[last]! > 0) return;
      this.#open.pop();
    }
    this.#bytes = 0;
    this.#elements = 0;
    this.#complete++;
  }
}

function foreign(line: string): ForeignReplyError {
  return new ForeignReplyError(`it sends ${JSON.stringify(line.slice(0, 12))}, which no Redis does`);
}
