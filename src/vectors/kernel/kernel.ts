// src/vectors/kernel: reads the decimals of an answer's vectors in WebAssembly, and prints those of others. It reads in two thirds
// of the time of JavaScript, and in a thirtieth for the first answer of a run, as nothing has to be compiled while it runs.
// decimals.as is the source, compiled.ts what it became. digits.ts tells what the proof is good for; what it leaves to its caller is
// read and printed in plain JavaScript, with the same result: tests compare both.
import type { Vector } from '../../types/vector.js';
import { webAssembly } from '../../web-assembly.js';
import { maxFloatBytes, writeFloats } from '../decimals.js';
import { compiled } from './compiled.js';

interface Exports {
  memory: { readonly buffer: ArrayBuffer };
  free(): number;
  stopped(): number;
  vectors(at: number, dimensions: number, out: number, marks: number, most: number): number;
  printed(): number;
  print(values: number, count: number, out: number): number;
}

/** Bytes of an answer that are looked at together. Longer answers come in parts, so the memory has a fixed size. */
const windowBytes = 256 * 1024;
/** Zeros behind the bytes: they end every loop. */
const slack = 32;
/** Max vectors of one call. */
const mostVectors = 512;
const markWords = 3;
/** Max values that are printed together. */
const mostPrinted = Math.floor(windowBytes / maxFloatBytes);
const comma = 0x2c;

/** One vector that was read. */
export interface ReadVector {
  vector: Vector;
  /** Where its digits begin in the answer, and where the bracket behind them stands. */
  start: number;
  end: number;
  /** Whether each value is written as our printer writes it. */
  isPrinted: boolean;
}

let kernel: DecimalsKernel | undefined;

export function decimalsKernel(): DecimalsKernel {
  kernel ??= new DecimalsKernel();
  return kernel;
}

export class DecimalsKernel {
  readonly #exports: Exports;
  readonly #bytes: Uint8Array;
  readonly #floats: Float32Array;
  readonly #marks: Uint32Array;
  readonly #inputAt: number;
  /** The answer whose bytes from `#from` to `#to` are in the memory. */
  #answer: Uint8Array | undefined;
  #from = 0;
  #to = 0;
  #stoppedAt = 0;

  constructor() {
    const { Module, Instance } = webAssembly;
    this.#exports = new Instance(new Module(Buffer.from(compiled, 'base64')), {}).exports as Exports;
    const { buffer } = this.#exports.memory;
    const marksAt = this.#exports.free();
    // A value takes four bytes, and at least four bytes of an answer: `0.1,`.
    const floatsAt = marksAt + mostVectors * markWords * 4;
    this.#inputAt = floatsAt + windowBytes;
    this.#bytes = new Uint8Array(buffer);
    this.#marks = new Uint32Array(buffer, marksAt, mostVectors * markWords);
    this.#floats = new Float32Array(buffer, floatsAt, windowBytes / 4);
  }

  /**
   * Reads vectors that follow each other as `[…],[…]`, until one isn't of `dimensions` plain numbers such as `-0.0123`.
   * @param at place of the first one's bracket
   * @returns those that were read, maybe none; the next one may be readable by another call
   */
  read(answer: Uint8Array, at: number, dimensions: number): ReadVector[] {
    if (dimensions * 4 > windowBytes) return [];
    let vectors = this.#read(answer, at, dimensions);
    const isCutOff = this.#to < answer.length && this.#stoppedAt > this.#to - slack;
    if (vectors.length === 0 && at > this.#from && isCutOff) {
      this.forget();
      vectors = this.#read(answer, at, dimensions);
    }
    return vectors;
  }

  /** The same as {@link writeFloats}, with the same arguments. */
  print(out: Uint8Array, position: number, vector: Vector): number {
    // What is printed takes the place of the answer.
    this.forget();
    const { byteOffset: floatsAt } = this.#floats;
    let at = position;
    for (let from = 0; from < vector.length; from += mostPrinted) {
      const part = vector.subarray(from, from + mostPrinted);
      this.#floats.set(part);
      for (let next = 0; next < part.length; ) {
        const end = this.#exports.print(floatsAt + next * 4, part.length - next, this.#inputAt);
        out.set(this.#bytes.subarray(this.#inputAt, end), at);
        at += end - this.#inputAt;
        next += this.#exports.printed();
        if (next === part.length) break;
        at = writeFloats(out, at, part.subarray(next, ++next));
        out[at++] = comma;
      }
    }
    return vector.length === 0 ? position : at - 1;
  }

  /** Lets go of the answer. */
  forget(): void {
    this.#answer = undefined;
  }

  #read(answer: Uint8Array, at: number, dimensions: number): ReadVector[] {
    if (this.#answer !== answer || at < this.#from || at >= this.#to) this.#take(answer, at);
    const { byteOffset: marksAt } = this.#marks;
    const { byteOffset: floatsAt } = this.#floats;
    const shift = this.#from - this.#inputAt;
    const most = Math.min(mostVectors, Math.floor(this.#floats.length / dimensions));
    const read = this.#exports.vectors(at - shift, dimensions, floatsAt, marksAt, most);
    this.#stoppedAt = this.#exports.stopped() + shift;
    const vectors: ReadVector[] = [];
    for (let i = 0; i < read; i++) {
      vectors.push({
        vector: this.#floats.slice(i * dimensions, (i + 1) * dimensions),
        start: this.#marks[i * markWords]! + shift,
        end: this.#marks[i * markWords + 1]! + shift,
        isPrinted: this.#marks[i * markWords + 2] === 1,
      });
    }
    return vectors;
  }

  #take(answer: Uint8Array, from: number): void {
    this.#answer = answer;
    this.#from = from;
    this.#to = Math.min(answer.length, from + windowBytes);
    this.#bytes.set(answer.subarray(from, this.#to), this.#inputAt);
    const end = this.#inputAt + this.#to - from;
    this.#bytes.fill(0, end, end + slack);
  }
}
