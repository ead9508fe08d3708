// Lists of terms and what they mean: a term stands in one block with the start of its definition, and a short definition is
// one block as a whole.
import type { Block } from '../../../types/document.js';

/** A longer definition stays in its paragraphs. */
const longDefinition = 800;
/** A longer term is a text. */
const maxTermLength = 600;

/** A term that waits for its definition. */
export interface Term {
  text: string;
  /** Where it begins in the HTML. */
  at: number;
}

export class Definitions {
  readonly #blocks: Block[];
  /** For each list around this place, the block with which its current entry began; -1 for none. */
  readonly #entries: number[] = [];
  #isInTerm = false;
  #term: Term | undefined;
  #isDefined = true;

  constructor(blocks: Block[]) {
    this.#blocks = blocks;
  }

  /** Whether the next term begins an entry: the last one has its definition. */
  get isDefined(): boolean {
    return this.#isDefined;
  }

  beginList(): void {
    this.#entries.push(-1);
    this.#isInTerm = false;
    this.#isDefined = true;
  }

  endList(): void {
    this.#isInTerm = false;
    this.#endEntry();
    this.#entries.pop();
    this.#isDefined = true;
  }

  beginTerm(): void {
    this.#isInTerm = true;
    if (!this.#isDefined) return;
    this.#endEntry();
    if (this.#entries.length > 0) this.#entries[this.#entries.length - 1] = this.#blocks.length;
    this.#isDefined = false;
  }

  endTerm(): void {
    this.#isInTerm = false;
  }

  beginDefinition(): void {
    this.#isInTerm = false;
    this.#isDefined = true;
  }

  /** @returns whether the text is (a line of) a term, and waits */
  takesTerm(text: string, at: number): boolean {
    if (!this.#isInTerm) return false;
    const before = this.#term;
    if ((before?.text.length ?? 0) + text.length > maxTermLength) return false;
    this.#term = before ? { text: `${before.text}\n${text}`, at: before.at } : { text, at };
    return true;
  }

  /** The term that waits, for the block that is next. */
  takeTerm(): Term | undefined {
    const term = this.#term;
    this.#term = undefined;
    return term;
  }

  #endEntry(): void {
    const first = this.#entries.at(-1) ?? -1;
    if (first < 0) return;
    this.#entries[this.#entries.length - 1] = -1;
    const blocks = this.#blocks;
    const last = blocks.at(-1);
    if (last === undefined || blocks.length - first < 2) return;
    if (last.end - blocks[first]!.start > longDefinition) return;
    for (let i = first; i < blocks.length; i++) {
      if (blocks[i]!.level !== undefined || blocks[i]!.kind === 'table') return;
    }
    const { start, line } = blocks[first]!;
    blocks.length = first;
    blocks.push({ kind: 'paragraph', start, end: last.end, line });
  }
}
