// Reads numbers as Parquet packs them, seven bits a byte, and never beyond the bytes that are there. The library's own reader
// takes numbers of any length, and wraps large ones.

/** The error for what our writer doesn't write. */
export function broken(): RangeError {
  return new RangeError('expected a page as embed writes it');
}

export class PackedNumbers {
  readonly bytes: Uint8Array;
  /** Where it reads next. */
  at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  /** @throws {RangeError} at the end */
  byte(): number {
    if (this.at >= this.#end) throw broken();
    return this.bytes[this.at++]!;
  }

  /** Below 2^31. @throws {RangeError} for a larger one, or when it doesn't end */
  number(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 35; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) break;
      if (factor === 2 ** 28) throw broken();
    }
    if (value >= 2 ** 31) throw broken();
    return value;
  }

  /** As Thrift packs what may be negative. */
  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** @throws {RangeError} when there are fewer bytes */
  skip(count: number): void {
    if (count < 0 || count > this.#end - this.at) throw broken();
    this.at += count;
  }
}
