// Lists of terms and what they mean. An entry with an address of its own (a function, an option, a setting), or a long one,
// is a section under its term. Any other is one block: a short definition with its term, or else the term with the
// start of its definition.
import type { Block } from '../../../types/document.js';
import { termTitle } from '../titles.js';

/** A longer definition stays in its paragraphs. */
const longDefinition = 800;
/** A longer term is a text. */
const maxTermLength = 600;
const letter = /\p{L}/u;

/** A term that waits for its definition. */
export interface Term {
  text: string;
  line: number;
  entry: Entry | undefined;
}

interface Entry {
  /** Index of its first block. */
  first: number;
  /** What that block begins with; '' while it isn't written. */
  term: string;
  /** Line of the definition in that block. */
  line: number;
  /** Whether there are links to it. */
  isAddress: boolean;
  /** Headings of the page that came before. */
  headings: number;
}

interface List {
  entry: Entry | undefined;
  hasSections: boolean;
}

export class Definitions {
  readonly #blocks: Block[];
  /** The lists around this place, outermost first. */
  readonly #lists: List[] = [];
  #isInTerm = false;
  #term: Term | undefined;
  #isDefined = true;
  /** Level and number of the last heading of the page. */
  #level = 1;
  #headings = 0;
  /** Level of the sections that ended with a list; 0 for none. */
  #ended = 0;

  constructor(blocks: Block[]) {
    this.#blocks = blocks;
  }

  /** Whether the next term begins an entry: the last one has its definition. */
  get isDefined(): boolean {
    return this.#isDefined;
  }

  get hasTerm(): boolean {
    return this.#term !== undefined;
  }

  get isInTerm(): boolean {
    return this.#isInTerm;
  }

  /** A heading of the page is written. */
  heading(level: number): void {
    this.#level = level;
    this.#headings++;
    this.#ended = 0;
  }

  beginList(): void {
    this.#lists.push({ entry: undefined, hasSections: false });
    this.#isInTerm = false;
    this.#isDefined = true;
  }

  endList(): void {
    this.#isInTerm = false;
    this.#endEntry();
    if (this.#lists.pop()?.hasSections) this.#ended = this.#level + this.#lists.length + 1;
    this.#isDefined = true;
  }

  /** The end of the page. */
  end(): void {
    while (this.#lists.length > 0) this.endList();
  }

  /** @param isAddress whether there are links to it */
  beginTerm(isAddress: boolean): void {
    this.#isInTerm = true;
    if (!this.#isDefined) {
      if (isAddress) this.address();
      return;
    }
    this.#endEntry();
    const first = this.#blocks.length;
    const list = this.#lists.at(-1);
    if (list) list.entry = { first, term: '', line: 0, isAddress, headings: this.#headings };
    this.#isDefined = false;
  }

  /** There are links to a part of the term. */
  address(): void {
    const entry = this.#lists.at(-1)?.entry;
    if (entry && this.#isInTerm) entry.isAddress = true;
  }

  endTerm(): void {
    this.#isInTerm = false;
  }

  beginDefinition(): void {
    this.#isInTerm = false;
    this.#isDefined = true;
  }

  /** @returns whether the text is (a line of) a term, and waits */
  takesTerm(text: string, line: number): boolean {
    if (!this.#isInTerm) return false;
    const before = this.#term;
    if ((before?.text.length ?? 0) + text.length > maxTermLength) return false;
    if (before) before.text += `\n${text}`;
    else this.#term = { text, line, entry: this.#lists.at(-1)?.entry };
    return true;
  }

  /**
   * The term that waits, for the block that is written next.
   * @param line of what follows it in that block
   */
  takeTerm(line: number): Term | undefined {
    const term = this.#term;
    this.#term = undefined;
    const entry = term?.entry;
    if (entry?.first === this.#blocks.length) {
      entry.term = term!.text;
      entry.line = line;
    }
    return term;
  }

  /** The level of sections that end before the block that is written next; 0 for none. */
  takeEnded(): number {
    const ended = this.#ended;
    this.#ended = 0;
    return ended;
  }

  #endEntry(): void {
    const list = this.#lists.at(-1);
    const entry = list?.entry;
    if (!list || !entry) return;
    list.entry = undefined;
    if (this.#blocks.length === entry.first || this.#headings !== entry.headings) return;
    const isSection = (entry.isAddress || !this.#joins(entry.first)) && this.#opensSection(entry);
    if (isSection) list.hasSections = true;
    else if (list.hasSections) this.#blocks[entry.first]!.level ??= this.#level + this.#lists.length;
    this.#join(isSection ? entry.first + 1 : entry.first);
  }

  /** Whether the blocks from `first` on may be one. */
  #joins(first: number): boolean {
    const blocks = this.#blocks;
    const last = blocks.at(-1);
    if (last === undefined || last.end - (blocks[first]?.start ?? 0) > longDefinition) return false;
    for (let i = first; i < blocks.length; i++) {
      if (blocks[i]!.kind === 'table' || (i > first && blocks[i]!.level !== undefined)) return false;
    }
    return blocks[first]?.title === undefined;
  }

  #join(first: number): void {
    const blocks = this.#blocks;
    if (blocks.length - first < 2 || !this.#joins(first)) return;
    const { end } = blocks.at(-1)!;
    blocks.length = first + 1;
    blocks[first] = { ...blocks[first]!, kind: 'paragraph', end };
  }

  /** Makes the term a heading. @returns false if it can't be one */
  #opensSection({ first, term, line }: Entry): boolean {
    const title = termTitle(term);
    if (!letter.test(title)) return false;
    const blocks = this.#blocks;
    const block = blocks[first]!;
    const { start } = block;
    const end = start + term.length;
    if (blocks.length === first + 1 && block.end === end) return false;
    const level = this.#level + this.#lists.length;
    const heading: Block = { kind: 'heading', start, end, line: block.line, level, title };
    const { level: _, ...rest } = block;
    const definition = end + 1 < block.end ? [{ ...rest, start: end + 1, line }] : [];
    blocks.splice(first, 1, heading, ...definition);
    return true;
  }
}
