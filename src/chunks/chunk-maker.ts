// Makes the chunks of a document of their places: with hash, key, titles and tables. They come in order.
import { embeddingKey } from '../text/embedded-text.js';
import { sha256 } from '../text/sha256.js';
import type { Chunk, Document } from '../types/document.js';
import type { Context, Contexts } from './contexts.js';

/** Where a chunk stands, and how long it is. */
export interface Place {
  start: number;
  end: number;
  /** With those of its context. */
  tokens: number;
  line: number;
}

export class ChunkMaker {
  readonly #document: Document;
  readonly #contexts: Contexts | undefined;
  /** Chunks of each hash. */
  readonly #occurrences = new Map<string, number>();
  #chunks = 0;

  /** @param contexts undefined where no chunk has one */
  constructor(document: Document, contexts: Contexts | undefined) {
    this.#document = document;
    this.#contexts = contexts;
  }

  /** @param titles of the sections around */
  make(place: Place, titles: string[], page: number | undefined, context: Context | undefined): Chunk {
    const { start, end, tokens, line } = place;
    const { source, text, metadata } = this.#document;
    const slice = text.slice(start, end);
    const hash = sha256(slice);
    const occurrence = this.#occurrences.get(hash) ?? 0;
    this.#occurrences.set(hash, occurrence + 1);
    const chunk: Chunk = {
      source,
      index: this.#chunks++,
      start,
      end,
      text: slice,
      tokens,
      line,
      heading: titles,
      hash,
      key: hash,
      occurrence,
    };
    // Each by itself: to spread objects into one that may lack them takes longer than all of the above.
    if (page !== undefined) chunk.page = page;
    if (context !== undefined && context.text !== '') {
      chunk.context = context.text;
      chunk.key = embeddingKey(chunk);
    }
    const tables = this.#contexts?.tablesIn(start, end);
    if (tables !== undefined && tables.length > 0) chunk.tables = tables;
    if (metadata !== undefined) chunk.metadata = metadata;
    return chunk;
  }
}
