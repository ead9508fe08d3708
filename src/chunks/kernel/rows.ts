// The rows that the kernel wrote for a document, one after the other.
import type { Block } from '../../types/document.js';
import type { Contexts } from '../contexts.js';

/** Numbers of a row, as in rows.as. */
const rowNumbers = 8;

export class SplitRows {
  readonly #numbers: Int32Array;
  #next = 0;
  /** Undefined where no chunk has one. */
  readonly contexts: Contexts | undefined;
  /** The blocks that open or end sections. */
  readonly sections: readonly Block[];

  // Those of the current row.
  start = 0;
  end = 0;
  tokens = 0;
  line = 0;
  /** Its start without its overlap. */
  from = 0;
  /** Index of the block in which it starts; -1 before all. */
  block = -1;
  /** A character that leaves no room for a context. */
  isBare = false;

  constructor(numbers: Int32Array, contexts: Contexts | undefined, sections: readonly Block[]) {
    this.#numbers = numbers;
    this.contexts = contexts;
    this.sections = sections;
  }

  /** Goes to the next row. @returns false after the last */
  next(): boolean {
    const numbers = this.#numbers;
    const at = this.#next;
    if (at === numbers.length) return false;
    this.start = numbers[at]!;
    this.end = numbers[at + 1]!;
    this.tokens = numbers[at + 2]!;
    this.line = numbers[at + 3]!;
    this.from = numbers[at + 4]!;
    this.block = numbers[at + 5]!;
    this.isBare = numbers[at + 6] !== 0;
    this.#next = at + rowNumbers;
    return true;
  }
}
