// Writes protocol buffers: only what an ONNX model needs, so that no library is needed.

const varintType = 0;
const bytesType = 2;
const fixed32Type = 5;

/** Builds a message. Its fields are kept as parts and joined once, so nesting makes no copies. */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  /** An integer, enumeration or boolean. */
  integer(field: number, value: number | bigint): this {
    return this.#append(tag(field, varintType), varint(value));
  }

  float(field: number, value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return this.#append(tag(field, fixed32Type), bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  /** The bytes are not copied until `toBytes`. */
  bytes(field: number, value: Uint8Array): this {
    return this.#append(tag(field, bytesType), varint(value.length), value);
  }

  message(field: number, value: Message): this {
    return this.#append(tag(field, bytesType), varint(value.#size), ...value.#parts);
  }

  toBytes(): Uint8Array {
    return Buffer.concat(this.#parts, this.#size);
  }

  #append(...parts: Uint8Array[]): this {
    for (const part of parts) {
      this.#parts.push(part);
      this.#size += part.length;
    }
    return this;
  }
}

function tag(field: number, wireType: number): Uint8Array {
  return varint((field << 3) | wireType);
}

/** Seven bits a byte, lowest first; negative numbers as 64-bit two's complement. */
function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
