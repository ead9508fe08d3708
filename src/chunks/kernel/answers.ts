// What the kernel asks plain JavaScript while it splits a document: scripts beyond ASCII, tables, contexts, and cuts inside
// words, all of which are rare.
import type { Document } from '../../types/document.js';
import { isGraphemeBoundary, startsLower } from '../boundaries.js';
import type { Contexts } from '../contexts.js';
import { middleOf } from '../find-middle.js';
import type { Limits } from '../limits.js';
import { startInWord } from '../overlap.js';
import { TableRows } from '../table-rows.js';

export class Answers {
  #document: Document | undefined;
  #limits: Limits | undefined;
  #contexts: Contexts | undefined;
  #table: TableRows | undefined;

  get isBusy(): boolean {
    return this.#document !== undefined;
  }

  /** @param contexts undefined where no chunk has one */
  begin(document: Document, limits: Limits, contexts: Contexts | undefined): void {
    this.#document = document;
    this.#limits = limits;
    this.#contexts = contexts;
  }

  end(): void {
    this.#document = undefined;
    this.#contexts = undefined;
    this.#table = undefined;
  }

  get #text(): string {
    return this.#document!.text;
  }

  /** By the names that the .as files give them. */
  readonly functions = {
    contextTokens: (start: number, end: number) => this.#contexts!.of(start, end).tokens,
    rowRoom: (block: number) => {
      const { size, overlap } = this.#limits!;
      const context = this.#contexts?.inside(this.#document!.blocks[block]!) ?? 0;
      return size - overlap - context;
    },
    tableAt: (start: number, end: number) => {
      this.#table = new TableRows(this.#text, start, end);
    },
    rowAfter: (start: number) => this.#table!.after(start),
    startInWord: (start: number, floor: number, most: number, lines: number) => {
      const { counter } = this.#limits!;
      return startInWord({ text: this.#text, start, floor, most, counter, lines: lines !== 0 });
    },
    middleOf: (start: number, end: number) => middleOf(this.#text, start, end, this.#limits!.counter) ?? -1,
    startsLower: (index: number) => (startsLower(this.#text, index) ? 1 : 0),
    isGraphemeBoundary: (index: number) => (isGraphemeBoundary(this.#text, index) ? 1 : 0),
  };
}
