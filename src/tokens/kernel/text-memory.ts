// The text, or the part of it, that a kernel counts in its memory: UTF-16, with zeros behind it. Another kernel may share the
// memory, to read the same text there: src/chunks/kernel does.

/** Memory of WebAssembly. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  /** @param pages of 64 KiB @returns how many there were */
  grow(pages: number): number;
}

const pageBytes = 64 * 1024;

/** Max UTF-16 units that are held. */
export const windowLength = 256 * 1024;
/** Bytes that a kernel needs for them, and for what it may read behind them. */
export const windowBytes = 2 * windowLength + 64;

export class TextMemory {
  readonly memory: KernelMemory;
  /** Address of the text. */
  readonly at: number;
  /** The text of which a part is in the memory, and that part. */
  text = '';
  from = 0;
  to = 0;
  /** True while another kernel reads the text: no other takes its place. */
  isPinned = false;
  #bytes: Buffer;

  /** @param at where `windowBytes` are free */
  constructor(memory: KernelMemory, at: number) {
    this.memory = memory;
    this.at = at;
    this.#bytes = Buffer.from(memory.buffer);
  }

  /** Puts this slice into the memory, with as much around it as fits. @returns false for a longer one, or while pinned */
  take(text: string, start: number, end: number): boolean {
    if (end - start > windowLength || this.isPinned) return false;
    const from = text.length <= windowLength ? 0 : start;
    this.text = text;
    this.from = from;
    this.to = Math.min(text.length, from + windowLength);
    const isWhole = this.to - from === text.length;
    const part = isWhole ? text : text.slice(from, this.to);
    const behind = this.at + this.#bytes.write(part, this.at, 'utf16le');
    this.#bytes.fill(0, behind, behind + 4);
    return true;
  }

  /** Takes memory for another kernel. @returns its address */
  reserve(bytes: number): number {
    const at = this.memory.grow(Math.ceil(bytes / pageBytes)) * pageBytes;
    this.#bytes = Buffer.from(this.memory.buffer);
    return at;
  }
}
