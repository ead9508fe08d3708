// src/tokens/kernel: counts words in WebAssembly, in six tenths of the time of JavaScript: a word that was met before is one
// look into a small table. words.as is the source, compiled.ts what it became. What it hasn't met, and all that isn't
// ASCII, is counted by its caller.
import { webAssembly } from '../../web-assembly.js';
import { compiled } from './compiled.js';
import { type KernelMemory, TextMemory } from './text-memory.js';

interface Exports {
  memory: KernelMemory;
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

let module: object | undefined;

export class WordsKernel {
  readonly texts: TextMemory;
  readonly #exports: Exports;

  /** @param classes of each ASCII character */
  constructor(classes: Uint8Array, counts: WordCounts) {
    module ??= new webAssembly.Module(Buffer.from(compiled, 'base64'));
    let lastWordEnd = 0;
    const counter = {
      run: (start: number, end: number) => {
        const { text, from } = this.texts;
        return counts.run(text, from + start, from + end);
      },
      word: (start: number, end: number) => {
        const { text, from } = this.texts;
        const last = counts.wordEnd(text, from + start, from + end);
        lastWordEnd = last - from;
        return counts.word(text, from + start, last);
      },
      wordEnd: () => lastWordEnd,
    };
    this.#exports = new webAssembly.Instance(module, { counter }).exports as Exports;
    const { memory } = this.#exports;
    Buffer.from(memory.buffer).set(classes, this.#exports.classesAt());
    this.texts = new TextMemory(memory, this.#exports.free());
  }

  /** The function of WebAssembly that counts what is in the memory, for kernels that share it. */
  get counting(): Exports['count'] {
    return this.#exports.count;
  }

  /** Tokens of `text.slice(start, end)`; undefined for a longer slice than the memory holds. */
  count(text: string, start: number, end: number): number | undefined {
    const { texts } = this;
    if ((text !== texts.text || start < texts.from || end > texts.to) && !texts.take(text, start, end))
      return undefined;
    return this.#exports.count(texts.at, start - texts.from, end - texts.from);
  }
}
