// src/chunks/kernel: splits a document in one call of WebAssembly, for a third of the time of plain JavaScript in a short run,
// since it needs no warming up. Each .as file is the twin of a file in src/chunks; compiled.ts is what they became.
//
// In: a document whose text is in the memory of a counter that counts in WebAssembly, and the limits. Out: rows of numbers,
// one for each chunk. What is rare (scripts beyond ASCII, tables, contexts, cuts inside words) it asks plain JavaScript.
// It takes no document of more than `maxLength` characters, as it can't pause: plain JavaScript splits that.
// What must hold: both give the same chunks. test/chunks/kernel.test.ts compares them for random documents.
import type { CountedTexts, SpanCounter } from '../../tokens/span-counter.js';
import type { Block, Document } from '../../types/document.js';
import { webAssembly } from '../../web-assembly.js';
import { roles } from '../boundaries.js';
import { Contexts } from '../contexts.js';
import type { Limits } from '../limits.js';
import { meansLines } from '../refine.js';
import { Answers } from './answers.js';
import { compiled } from './compiled.js';
import { SplitRows } from './rows.js';

/** Max UTF-16 units of a document. */
const maxLength = 65_536;
const maxBlocks = 16_384;
const maxTokens = 2 ** 30;

// Bytes of a block, a mark, a mark's number in a run, and a row.
const blockBytes = 16;
const markBytes = 16;
const runBytes = 4;
const rowBytes = 32;

// What a block is, as in blocks.as.
const deepestLevel = 12;
const sectionBit = 0x100;
const headingBit = 0x200;
const linesBit = 0x400;
const tableBit = 0x800;
/** Not in the kernel. */
const contextBit = 0x1000;

interface Exports {
  setDocument(text: number, length: number, roles: number, blocks: number, blockCount: number): void;
  split(
    length: number,
    size: number,
    overlap: number,
    hasContexts: number,
    marks: number,
    fine: number,
    runs: number,
    rows: number,
  ): number;
}

let module: object | undefined;
/** One for each memory, as a kernel lives with it. */
const kernels = new WeakMap<CountedTexts, SplitKernel>();

/** The kernel that shares a counter's memory; undefined for counters that count in JavaScript. */
export function kernelOf(counter: SpanCounter): SplitKernel | undefined {
  const counted = counter.countedTexts?.();
  if (counted === undefined) return undefined;
  let kernel = kernels.get(counted);
  if (kernel === undefined) {
    kernel = new SplitKernel(counted);
    kernels.set(counted, kernel);
  }
  return kernel;
}

export class SplitKernel {
  readonly #counted: CountedTexts;
  readonly #exports: Exports;
  /** Where its own lists begin. */
  readonly #roles: number;
  readonly #blocks: number;
  readonly #marks: number;
  readonly #fine: number;
  readonly #runs: number;
  readonly #rows: number;
  #numbers: Int32Array;
  readonly #answers = new Answers();

  constructor(counted: CountedTexts) {
    this.#counted = counted;
    module ??= new webAssembly.Module(Buffer.from(compiled, 'base64'));
    const { texts } = counted;
    // Each mark and each row has a character of its own, and each mark of a block a block.
    const blocks = roles.length;
    const marks = blocks + maxBlocks * blockBytes;
    const fine = marks + (maxBlocks + 2) * markBytes;
    const runs = fine + (maxLength + 2) * markBytes;
    const rows = runs + (maxLength + maxBlocks + 8) * runBytes;
    const at = texts.reserve(rows + (maxLength + 1) * rowBytes);
    this.#roles = at;
    this.#blocks = at + blocks;
    this.#marks = at + marks;
    this.#fine = at + fine;
    this.#runs = at + runs;
    this.#rows = at + rows;
    this.#numbers = new Int32Array(texts.memory.buffer);
    new Uint8Array(texts.memory.buffer).set(roles, at);
    this.#exports = new webAssembly.Instance(module, {
      env: { memory: texts.memory },
      counter: { count: counted.counting },
      document: this.#answers.functions,
    }).exports as Exports;
  }

  /** The rows of a document; undefined for one that it doesn't take. */
  rows(document: Document, limits: Limits): SplitRows | undefined {
    const { text, blocks } = document;
    const { counter, size, overlap, headings } = limits;
    const { texts } = this.#counted;
    const answers = this.#answers;
    if (text.length > maxLength || blocks.length > maxBlocks || !(size < maxTokens)) return undefined;
    // A counter that splits what it counts.
    if (answers.isBusy) return undefined;
    if (this.#numbers.buffer !== texts.memory.buffer) this.#numbers = new Int32Array(texts.memory.buffer);
    const sections: Block[] = [];
    const kinds = this.#putBlocks(blocks, text.length, sections);
    if (kinds < 0) return undefined;
    if (text !== texts.text && !texts.take(text, 0, text.length)) return undefined;
    const hasContexts = headings || (kinds & contextBit) !== 0;
    const contexts = hasContexts ? new Contexts(document, size, counter, headings) : undefined;
    answers.begin(document, limits, contexts);
    texts.isPinned = true;
    try {
      const { setDocument, split } = this.#exports;
      setDocument(texts.at, text.length, this.#roles, this.#blocks, blocks.length);
      const [marks, fine, runs, rows] = [this.#marks, this.#fine, this.#runs, this.#rows];
      const count = split(text.length, size, overlap, hasContexts ? 1 : 0, marks, fine, runs, rows);
      return new SplitRows(this.#numbers.slice(rows / 4, (rows + count * rowBytes) / 4), contexts, sections);
    } finally {
      texts.isPinned = false;
      answers.end();
    }
  }

  /**
   * @param sections gets those that open or end one
   * @returns all that they are; -1 when they are not in order within the text, as the kernel needs them
   */
  #putBlocks(blocks: readonly Block[], length: number, sections: Block[]): number {
    const numbers = this.#numbers;
    let at = this.#blocks / 4;
    let last = 0;
    let kinds = 0;
    for (const block of blocks) {
      const { start, end } = block;
      if (!(start >= last && end >= start && end <= length)) return -1;
      last = end;
      const kind = whatIs(block);
      if ((kind & sectionBit) !== 0) sections.push(block);
      kinds |= kind;
      numbers[at] = start;
      numbers[at + 1] = end;
      numbers[at + 2] = block.line;
      numbers[at + 3] = kind;
      at += blockBytes / 4;
    }
    return kinds;
  }
}

function whatIs(block: Block): number {
  const { kind, level } = block;
  let what = level === undefined ? 0 : sectionBit | Math.min(Math.max(level, 1), deepestLevel);
  if (kind === 'heading') what |= headingBit;
  if (kind === 'table') what |= tableBit;
  if (block.context !== undefined) what |= contextBit;
  return meansLines(block) ? what | linesBit : what;
}
