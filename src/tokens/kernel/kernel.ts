// src/tokens/kernel: counts words in WebAssembly, in six tenths of the time of JavaScript: a word that was met before is one
// look into a small table. words.as is the source, compiled.ts what it became. What it hasn't met, and all that isn't
// ASCII, is counted by its caller.
import { webAssembly } from '../../web-assembly.js';
import { compiled } from './compiled.js';

interface Exports {
  memory: { readonly buffer: ArrayBuffer };
  classesAt(): number;
  free(): number;
  count(text: number, from: number, to: number): number;
}

/** Counts what the kernel doesn't. Both are of `text`, and call no kernel. */
export interface WordCounts {
  /** Tokens of a run of ASCII letters and digits. */
  run(text: string, start: number, end: number): number;
  /** Tokens of a word of other characters, too, without white space. */
  word(text: string, start: number, end: number): number;
  /** Index of the first white space from `start` on, else `end`. */
  wordEnd(text: string, start: number, end: number): number;
}

/** Max characters that are held in its memory, which has more than 32 bytes behind them. */
const windowLength = 256 * 1024;

let module: object | undefined;

export class WordsKernel {
  readonly #exports: Exports;
  readonly #bytes: Buffer;
  readonly #textAt: number;
  /** The text of which a part is in the memory, and that part. */
  #text = '';
  #from = 0;
  #to = 0;

  /** @param classes of each ASCII character */
  constructor(classes: Uint8Array, counts: WordCounts) {
    module ??= new webAssembly.Module(Buffer.from(compiled, 'base64'));
    let lastWordEnd = 0;
    const counter = {
      run: (start: number, end: number) => counts.run(this.#text, this.#from + start, this.#from + end),
      word: (start: number, end: number) => {
        const last = counts.wordEnd(this.#text, this.#from + start, this.#from + end);
        lastWordEnd = last - this.#from;
        return counts.word(this.#text, this.#from + start, last);
      },
      wordEnd: () => lastWordEnd,
    };
    this.#exports = new webAssembly.Instance(module, { counter }).exports as Exports;
    this.#bytes = Buffer.from(this.#exports.memory.buffer);
    this.#bytes.set(classes, this.#exports.classesAt());
    this.#textAt = this.#exports.free();
  }

  /** Tokens of `text.slice(start, end)`; undefined for a longer slice than the memory holds. */
  count(text: string, start: number, end: number): number | undefined {
    if (text !== this.#text || start < this.#from || end > this.#to) {
      if (end - start > windowLength) return undefined;
      this.#take(text, text.length <= windowLength ? 0 : start);
    }
    return this.#exports.count(this.#textAt, start - this.#from, end - this.#from);
  }

  #take(text: string, from: number): void {
    this.#text = text;
    this.#from = from;
    this.#to = Math.min(text.length, from + windowLength);
    const isWhole = this.#to - from === text.length;
    this.#bytes.write(isWhole ? text : text.slice(from, this.#to), this.#textAt, 'utf16le');
  }
}
