// Bounds the memory of all request bodies that are being read. So clients that send much and never finish can
// neither fill the memory nor block others.
import type { IncomingMessage } from 'node:http';
import type { GatewayLimits } from '../options.js';
import { busyWords, ClientGoneError, RefusedError } from '../routes/error-answers.js';

/** First buffer of a body that doesn't say that it is smaller, in bytes; it doubles when it is full. */
const firstPieceBytes = 16 * 1024;
/** Smaller bodies, in bytes, aren't counted: even one per connection doesn't fill the memory, and long lists hold up none. */
const smallBytes = 64 * 1024;
/** A client that sends fewer bytes a second is too slow. */
const leastBytesPerSecond = 256 * 1024;

interface Upload {
  /** Bytes of memory in use. */
  held: number;
  isComplete: boolean;
  /** Ends it to make room for others. */
  giveUp(): void;
}

export class Uploads {
  readonly #limits: Pick<GatewayLimits, 'maxBody' | 'maxUploads' | 'receiveMs'>;
  readonly #open = new Map<IncomingMessage, Upload>();

  constructor(limits: Pick<GatewayLimits, 'maxBody' | 'maxUploads' | 'receiveMs'>) {
    this.#limits = limits;
  }

  /**
   * Reads the whole body. Its memory counts until it is released.
   * @throws {RefusedError} 413 when it is too large, 503 when all bodies are too large together and this is the largest
   * @throws {ClientGoneError}
   */
  read(raw: IncomingMessage): Promise<Buffer> {
    const { maxBody, receiveMs } = this.#limits;
    const tooLarge = () => new RefusedError(413, 'request body too large');
    // A body in chunks doesn't say how large it is.
    const declared = raw.headers['content-length'];
    if (Number(declared ?? 0) > maxBody) return Promise.reject(tooLarge());
    const first = Math.min(firstPieceBytes, Number(declared ?? firstPieceBytes));
    return new Promise((resolve, reject) => {
      let body = Buffer.alloc(0);
      let length = 0;
      const end = (error?: Error) => {
        clearTimeout(timer);
        raw.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
        if (!error) return resolve(body.subarray(0, length));
        body = Buffer.alloc(0);
        upload.held = 0;
        reject(error);
      };
      const upload = { held: 0, isComplete: false, giveUp: () => end(new RefusedError(503, busyWords, 1)) };
      // Copied into one buffer: kept as pieces of one byte each, a body would take a hundred times its size.
      const onData = (part: Buffer) => {
        if (length + part.length > maxBody) return end(tooLarge());
        if (length + part.length > body.length) {
          const size = Math.min(maxBody, Math.max(first, 2 * body.length, length + part.length));
          if (!this.#makeRoom(upload, size)) return upload.giveUp();
          const larger = Buffer.allocUnsafeSlow(size);
          body.copy(larger, 0, 0, length);
          body = larger;
        }
        length += part.copy(body, length);
      };
      const onEnd = () => {
        upload.isComplete = true;
        end();
      };
      const onGone = () => end(new ClientGoneError());
      const start = performance.now();
      const look = () => {
        const leftMs = start + receiveMs + (1000 * length) / leastBytesPerSecond - performance.now();
        if (leftMs <= 0) raw.destroy();
        else timer = setTimeout(look, leftMs);
      };
      let timer = setTimeout(look, receiveMs);
      this.#open.set(raw, upload);
      raw.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone);
    });
  }

  /** Call when the request is answered, or its client is gone. */
  release(raw: IncomingMessage): void {
    this.#open.delete(raw);
  }

  /** Lets an upload use `size` bytes. If needed, ends the largest incomplete one. @returns false when that is this one */
  #makeRoom(upload: Upload, size: number): boolean {
    if (size <= smallBytes) return true;
    let all = size - upload.held;
    for (const { held } of this.#open.values()) all += held;
    upload.held = size;
    const others = [...this.#open.values()].filter((one) => one !== upload && !one.isComplete);
    for (const other of others.sort((a, b) => b.held - a.held)) {
      if (all <= this.#limits.maxUploads || other.held < size) break;
      all -= other.held;
      other.giveUp();
    }
    return all <= this.#limits.maxUploads;
  }
}
