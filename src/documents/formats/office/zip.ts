// ZIP archives (office documents): reads their parts, up to a total size. The sizes that an archive states are not
// trusted.
import { inflateRawSync } from 'node:zlib';
import { DocumentError } from '../../../errors.js';

interface Part {
  method: number;
  isEncrypted: boolean;
  /** Position of its local header, and number of packed bytes. */
  offset: number;
  packed: number;
}

const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const locatorSignature = 0x07064b50;
const largeEndSignature = 0x06064b50;
/** In the place of a size that doesn't fit: it stands in an extra field of this kind. */
const elsewhere = 0xffffffff;
const largeField = 1;
const stored = 0;
const deflated = 8;
/** The end record comes before a comment of at most 65,535 bytes. */
const maxTailLength = 22 + 0xffff;

export class Zip {
  readonly #bytes: Buffer;
  readonly #source: string;
  readonly #parts = new Map<string, Part>();
  /** Their names by their names in lower case: office documents tell them apart by letters alone. */
  readonly #names = new Map<string, string>();
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
    return this.#find(name) !== undefined;
  }

  /** Names of all parts, in the archive's order. */
  names(): string[] {
    return [...this.#parts.keys()];
  }

  /**
   * The bytes of one part.
   * @throws {DocumentError} `malformed`, `encrypted`, or `too-large` when all parts together are larger than the limit
   */
  read(name: string): Buffer {
    const part = this.#find(name);
    if (part === undefined) throw this.#broken();
    if (part.isEncrypted) throw this.#encrypted();
    const content = this.#unpack(part);
    this.#left -= content.length;
    if (this.#left < 0) throw this.#tooLarge();
    return content;
  }

  #find(name: string): Part | undefined {
    return this.#parts.get(name) ?? this.#parts.get(this.#names.get(name.toLowerCase()) ?? '');
  }

  #list(): void {
    const bytes = this.#bytes;
    const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
    if (end < 0 || end < bytes.length - maxTailLength) throw this.#broken();
    let count = bytes.readUInt16LE(end + 10);
    let at = bytes.readUInt32LE(end + 16);
    // A large archive states both in a record of its own. Some writers always do.
    if (end >= 20 && bytes.readUInt32LE(end - 20) === locatorSignature) {
      const large = number64(bytes, end - 12);
      if (bytes.readUInt32LE(large) !== largeEndSignature) throw this.#broken();
      count = number64(bytes, large + 32);
      at = number64(bytes, large + 48);
    }
    for (let i = 0; i < count; i++) {
      if (bytes.readUInt32LE(at) !== entrySignature) throw this.#broken();
      const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
      const name = bytes.toString('utf8', at + 46, nameEnd).replaceAll('\\', '/');
      const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
      this.#parts.set(name, this.#entry(at, nameEnd, extraEnd));
      this.#names.set(name.toLowerCase(), name);
      at = extraEnd + bytes.readUInt16LE(at + 32);
    }
  }

  #entry(at: number, extra: number, extraEnd: number): Part {
    const bytes = this.#bytes;
    const part: Part = {
      method: bytes.readUInt16LE(at + 10),
      isEncrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
      packed: bytes.readUInt32LE(at + 20),
      offset: bytes.readUInt32LE(at + 42),
    };
    if (part.packed !== elsewhere && part.offset !== elsewhere) return part;
    // Sizes that don't fit stand behind the name: of the part, packed, and its place; only those that are needed.
    for (let field = extra; field + 4 <= extraEnd; field += 4 + bytes.readUInt16LE(field + 2)) {
      if (bytes.readUInt16LE(field) !== largeField) continue;
      let value = field + 4 + (bytes.readUInt32LE(at + 24) === elsewhere ? 8 : 0);
      if (part.packed === elsewhere) {
        part.packed = number64(bytes, value);
        value += 8;
      }
      if (part.offset === elsewhere) part.offset = number64(bytes, value);
      return part;
    }
    return part;
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

  #encrypted(): DocumentError {
    return new DocumentError(
      'encrypted',
      `${this.#source} is protected with a password: save a copy without one.`,
    );
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

function number64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
