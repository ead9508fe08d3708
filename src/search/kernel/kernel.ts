// src/search/kernel: compares many questions with many rows in WebAssembly, rounded to 16 bits: eight products at a time, in
// a thirtieth of the time of JavaScript. It leaves out the rows that can't be near enough, which are nearly all; who
// calls it computes the exact scores of the others, so that rounding changes no result. scores.as is the source, compiled.ts
// what it became.
import type { Vector } from '../../types/vector.js';
import { webAssembly } from '../../web-assembly.js';
import { compiled } from './compiled.js';

interface Exports {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  free(): number;
  round(from: number, dimensions: number, rows: number, to: number, squares: number): void;
  find(
    rowsAt: number,
    rows: number,
    dimensions: number,
    panelsAt: number,
    panels: number,
    least: number,
    found: number,
  ): number;
}

/** As in scores.as. */
const scale = 32_000;
/** Longer vectors might not fit into the rounded numbers: their rows are told as found, whatever the question. */
const maxSquare = 1.01;
/** Rows that are compared together: rounded, they fit into a processor's cache. */
const rowsAtOnce = 256;
const panelQuestions = 8;
/** Questions of one call at most, so that a call ends soon. */
const questionsAtOnce = 1024;
const pageBytes = 65_536;

/** Compiled once. */
let program: object | undefined;

/** Bytes that each question takes. */
export function questionBytes(dimensions: number): number {
  return paddedOf(dimensions) * 2 + 4;
}

/** Whether vectors are of length 1, as those of an embedder are. */
export function fitScores(vectors: readonly Vector[]): boolean {
  return vectors.every((vector) => vector.reduce((sum, value) => sum + value * value, 0) <= maxSquare);
}

/** The questions, and the rows that wait for being compared with them. */
export class ScoresKernel {
  readonly dimensions: number;
  readonly questionRoom: number;
  #waiting = 0;
  #questions = 0;
  readonly #exports: Exports;
  /** How far the rounded product of each question may be off. */
  readonly #offs: Float64Array;
  readonly #rowNumbers = new Uint32Array(rowsAtOnce);
  readonly #floats: Float32Array;
  readonly #roundedAt: number;
  readonly #squares: Float32Array;
  readonly #panelsAt: number;
  readonly #values: Int16Array;
  readonly #least: Int32Array;
  readonly #found: Uint32Array;

  /** @param questionRoom questions at most */
  constructor(questionRoom: number, dimensions: number) {
    const { Module, Instance } = webAssembly;
    program ??= new Module(Buffer.from(compiled, 'base64'));
    this.#exports = new Instance(program, {}).exports as Exports;
    this.dimensions = dimensions;
    this.questionRoom = questionRoom;
    const padded = paddedOf(dimensions);
    const panels = Math.ceil(questionRoom / panelQuestions);
    let end = this.#exports.free();
    const room = (bytes: number) => {
      const at = end;
      end = Math.ceil((end + bytes) / 16) * 16;
      return at;
    };
    const floatsAt = room(rowsAtOnce * dimensions * 4);
    this.#roundedAt = room(rowsAtOnce * padded * 2);
    const squaresAt = room(rowsAtOnce * 4);
    this.#panelsAt = room(panels * panelQuestions * padded * 2);
    const leastAt = room(panels * panelQuestions * 4);
    const foundWords = rowsAtOnce * Math.min(panels * panelQuestions, questionsAtOnce) * 2;
    const foundAt = room(foundWords * 4);
    const { memory } = this.#exports;
    memory.grow(Math.ceil(end / pageBytes) - memory.buffer.byteLength / pageBytes);
    this.#floats = new Float32Array(memory.buffer, floatsAt, rowsAtOnce * dimensions);
    this.#squares = new Float32Array(memory.buffer, squaresAt, rowsAtOnce);
    this.#least = new Int32Array(memory.buffer, leastAt, panels * panelQuestions);
    this.#found = new Uint32Array(memory.buffer, foundAt, foundWords);
    this.#offs = new Float64Array(questionRoom);
    this.#values = new Int16Array(memory.buffer, this.#panelsAt, panels * panelQuestions * padded);
  }

  /** Forgets the questions and rows before. @param questions no more than there is room for */
  begin(questions: readonly Vector[]): void {
    this.#waiting = 0;
    this.#questions = questions.length;
    // What is left of others beside the last ones finds nothing.
    this.#least.fill(2 ** 31 - 1);
    for (const [place, question] of questions.entries()) this.#putQuestion(place, question);
  }

  /** How many rows may be added before they are compared. */
  get room(): number {
    return rowsAtOnce - this.#waiting;
  }

  /**
   * @param first of rows that follow each other, no more than there is room for
   * @param at where the vector of the first starts in `floats`
   */
  add(first: number, rows: number, floats: Float32Array, at: number): void {
    this.#floats.set(floats.subarray(at, at + rows * this.dimensions), this.#waiting * this.dimensions);
    for (let row = first; row < first + rows; row++) this.#rowNumbers[this.#waiting++] = row;
  }

  /**
   * Takes each row that waits, and may score more than the least, with its question; rows in their order for each question.
   * Then none waits.
   * @param leastOf what a question's rows must score more than
   * @param take is given the question's place, the row, and where its vector starts in `floats`
   * @param pause called between parts of the work, ends it by throwing
   */
  compare(
    leastOf: (question: number) => number,
    take: (question: number, row: number, floats: Float32Array, at: number) => void,
    pause: () => void,
  ): void {
    if (this.#waiting === 0) return;
    const padded = paddedOf(this.dimensions);
    // Of the last rows, up to three are left from before; what is found of them is passed over.
    const rows = Math.ceil(this.#waiting / 4) * 4;
    this.#exports.round(
      this.#floats.byteOffset,
      this.dimensions,
      rows,
      this.#roundedAt,
      this.#squares.byteOffset,
    );
    const isLong = (place: number) => !(this.#squares[place]! <= maxSquare);
    const long: number[] = [];
    for (let place = 0; place < this.#waiting; place++) if (isLong(place)) long.push(place);
    for (let first = 0; first < this.#questions; first += questionsAtOnce) {
      pause();
      const end = Math.min(this.#questions, first + questionsAtOnce);
      for (let question = first; question < end; question++) {
        const least = Math.floor((leastOf(question) - this.#offs[question]!) * scale * scale);
        this.#least[question] = Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, least));
        for (const place of long)
          take(question, this.#rowNumbers[place]!, this.#floats, place * this.dimensions);
      }
      const foundEnd = this.#exports.find(
        this.#roundedAt,
        rows,
        this.dimensions,
        this.#panelsAt + first * padded * 2,
        Math.ceil((end - first) / panelQuestions),
        this.#least.byteOffset + first * 4,
        this.#found.byteOffset,
      );
      const words = (foundEnd - this.#found.byteOffset) / 4;
      for (let at = 0; at < words; at += 2) {
        const place = this.#found[at]!;
        if (place >= this.#waiting || isLong(place)) continue;
        const question = first + this.#found[at + 1]!;
        take(question, this.#rowNumbers[place]!, this.#floats, place * this.dimensions);
      }
    }
    this.#waiting = 0;
  }

  /** Eight questions are a panel: for each two dimensions, the two values of each. */
  #putQuestion(place: number, question: Vector): void {
    const padded = paddedOf(this.dimensions);
    const panel = place - (place % panelQuestions);
    let sum = 0;
    for (let i = 0; i < this.dimensions; i++) {
      const value = question[i]!;
      sum += Math.abs(value);
      const pair = panel * padded + (i - (i % 2)) * panelQuestions;
      this.#values[pair + (place - panel) * 2 + (i % 2)] = Math.round(value * scale);
    }
    // Each value of both is off by half a step at most; the values of a row have this sum at most.
    const rowSum = Math.sqrt(this.dimensions * maxSquare) + this.dimensions / scale;
    this.#offs[place] = ((sum + rowSum) * 0.5) / scale + 1e-6;
  }
}

function paddedOf(dimensions: number): number {
  return Math.ceil(dimensions / 8) * 8;
}
