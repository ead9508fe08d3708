// The place of a chunk in its file: line, page and section titles. Calls come in the order of the text, so nothing is
// searched twice.
import type { Block } from '../types/document.js';

/** Sections within each other: each chunk names all that are around it. People make ten at most, programs any number. */
const maxDepth = 64;

interface Section {
  level: number;
  title: string;
}

export class Places {
  readonly #text: string;
  readonly #blocks: readonly Block[];
  /** Index of the last block that starts at or before the current place; -1 before all. */
  #block = -1;
  /** Those around the current place, each of a higher level than the one before. */
  readonly #sections: Section[] = [];
  #titles: string[] | undefined = [];
  #sectionStart = 0;
  /** Block whose lines are being counted, how far, and where the next line break is. */
  #counted = -1;
  #line = 1;
  #page: number | undefined;
  /** -1 before the first call that needs it. */
  #nextBreak = -1;

  /** @param blocks for titles alone, those with a level are enough */
  constructor(text: string, blocks: readonly Block[]) {
    this.#text = text;
    this.#blocks = blocks;
  }

  /** Moves forward to `index`, for which `titles`, `sectionStart` and `block` hold then. */
  moveTo(index: number): void {
    for (;;) {
      const block = this.#blocks[this.#block + 1];
      if (block === undefined || block.start > index) return;
      this.#block++;
      const { level, title } = block;
      if (level === undefined) continue;
      while (this.#sections.length > 0 && this.#sections[this.#sections.length - 1]!.level >= level)
        this.#sections.pop();
      if (title !== undefined && this.#sections.length < maxDepth) this.#sections.push({ level, title });
      this.#titles = undefined;
      this.#sectionStart = block.start;
    }
  }

  /** Titles of the sections around, outermost first; one array for all chunks of a section. */
  get titles(): string[] {
    this.#titles ??= this.#sections.map((section) => section.title);
    return this.#titles;
  }

  /** Start of the innermost section; 0 before the first one. */
  get sectionStart(): number {
    return this.#sectionStart;
  }

  get block(): Block | undefined {
    return this.#blocks[this.#block];
  }

  /** 1-based line of the file at `index`, in the section around: never backwards. `page` holds for it then. */
  lineAt(index: number): number {
    let at = this.#block;
    while (at >= 0 && this.#blocks[at]!.start > index) at--;
    const block = this.#blocks[at];
    this.#page = block?.page;
    if (at !== this.#counted && block !== undefined) {
      this.#counted = at;
      this.#line = block.line;
      this.#nextBreak = this.#breakFrom(block.start);
    }
    if (this.#nextBreak < 0) this.#nextBreak = this.#breakFrom(0);
    while (this.#nextBreak < index) {
      this.#line++;
      this.#nextBreak = this.#breakFrom(this.#nextBreak + 1);
    }
    return this.#line;
  }

  /** 1-based page of the last `lineAt`, for formats that have pages. */
  get page(): number | undefined {
    return this.#page;
  }

  #breakFrom(index: number): number {
    const found = this.#text.indexOf('\n', index);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  }
}
