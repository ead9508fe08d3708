// The titles of the sections around any place of a document, in one line, for what is embedded with a chunk.
import type { SpanCounter } from '../tokens/span-counter.js';
import type { Block } from '../types/document.js';

const separator = ' › ';

export class HeadingPaths {
  readonly #counter: SpanCounter;
  /** Those that only end others have a blank title. */
  readonly #sections: { start: number; level: number; title: string; parent: number }[] = [];

  constructor(blocks: readonly Block[], counter: SpanCounter) {
    this.#counter = counter;
    let parent = -1;
    for (const { start, level, title } of blocks) {
      if (level === undefined) continue;
      while (parent >= 0 && this.#sections[parent]!.level >= level) parent = this.#sections[parent]!.parent;
      parent = this.#sections.push({ start, level, title: title ?? '', parent }) - 1;
    }
  }

  /**
   * The path at `index`; the outermost titles are left out where all have more than `most` tokens.
   * @returns an empty text where no title fits
   */
  at(index: number, most: number): { text: string; tokens: number } {
    const titles: string[] = [];
    let tokens = 0;
    for (let at = this.#sectionAt(index); at >= 0; ) {
      const { title, parent } = this.#sections[at]!;
      at = parent;
      if (title.trim() === '') continue;
      const words = titles.length === 0 ? title : title + separator;
      const more = this.#counter.count(words);
      if (tokens + more > most) break;
      titles.unshift(title);
      tokens += more;
    }
    return titles.length === 0 ? { text: '', tokens: 0 } : { text: titles.join(separator), tokens };
  }

  /** The last section that starts at or before `index`; -1 before all. */
  #sectionAt(index: number): number {
    let low = 0;
    let high = this.#sections.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sections[middle]!.start <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
