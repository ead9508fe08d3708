// ZIP archives (office documents): reads their parts, up to a total size. The sizes that an archive states are not
// trusted.
import { inflateRawSync } from 'node:zlib';
import { DocumentError } from '../../../errors.js';

interface Part {
  method: number;
  /** Position of its local header, and number of packed bytes. */
  offset: number;
  packed: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const stored = 0;
const deflated = 8;
/** The end record comes before a comment of at most 65,535 bytes. */
const maxTailLength = 22 + 0xffff;

export class Zip {
  readonly #bytes: Buffer;
  readonly #source: string;
  readonly #parts = new Map<string, Part>();
  /** Bytes that may still be unpacked, of all parts together. */
  #left: number;

  /** @throws {DocumentError} `malformed` when it is not an archive */
  constructor(bytes: Buffer, source: string, mostBytes: number) {
    this.#bytes = bytes;
    this.#source = source;
    this.#left = mostBytes;
    try {
      this.#list();
    } catch (cause) {
      throw cause instanceof RangeError ? this.#broken(cause) : cause;
    }
  }

  has(name: string): boolean {
    return this.#parts.has(name);
  }

  /**
   * The bytes of one part.
   * @throws {DocumentError} `malformed`, or `too-large` when all parts together are larger than the limit
   */
  read(name: string): Buffer {
    const part = this.#parts.get(name);
    if (part === undefined) throw this.#broken();
    const content = this.#unpack(part);
    this.#left -= content.length;
    if (this.#left < 0) throw this.#tooLarge();
    return content;
  }

  #list(): void {
    const bytes = this.#bytes;
    const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
    if (end < 0 || end < bytes.length - maxTailLength || bytes.readUInt32LE(end) !== endSignature)
      throw this.#broken();
    const count = bytes.readUInt16LE(end + 10);
    let at = bytes.readUInt32LE(end + 16);
    for (let i = 0; i < count; i++) {
      if (bytes.readUInt32LE(at) !== entrySignature) throw this.#broken();
      const nameLength = bytes.readUInt16LE(at + 28);
      const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
      this.#parts.set(name, {
        method: bytes.readUInt16LE(at + 10),
        packed: bytes.readUInt32LE(at + 20),
        offset: bytes.readUInt32LE(at + 42),
      });
      at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    }
  }

  #unpack({ method, offset, packed }: Part): Buffer {
    try {
      const bytes = this.#bytes;
      if (bytes.readUInt32LE(offset) !== localSignature) throw this.#broken();
      const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
      const content = bytes.subarray(start, start + packed);
      if (method === stored) return content;
      if (method === deflated) return inflateRawSync(content, { maxOutputLength: Math.max(this.#left, 1) });
    } catch (cause) {
      if (cause instanceof DocumentError) throw cause;
      throw (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
        ? this.#tooLarge()
        : this.#broken(cause);
    }
    throw this.#broken();
  }

  #broken(cause?: unknown): DocumentError {
    return new DocumentError('malformed', `${this.#source} is not a readable archive.`, { cause });
  }

  #tooLarge(): DocumentError {
    return new DocumentError(
      'too-large',
      `${this.#source} unpacks to more than a document may hold; split it.`,
    );
  }
}
