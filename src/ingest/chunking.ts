// How the documents of a run are cut.
import type { TokenCounter } from '../types/embedder.js';

/** How documents are cut into chunks. */
export interface Chunking {
  /** Max tokens of a chunk. */
  size: number;
  overlap: number;
  counter: TokenCounter;
  /** Whether the heading path is embedded with each chunk. @default false */
  headings?: boolean;
}
