// What one open index answers: an output, or a destination.
import type { DocumentList, IndexStatus, ListAsked } from '../../indexes/indexes.js';
import type { Corpus } from '../../search/corpus.js';

export interface OpenIndex {
  readonly name: string;
  /** Runs `work` with what a search asks, which stays as it is until then. @throws what opening it throws, and `work` */
  use<T>(signal: AbortSignal, work: (corpus: Corpus) => Promise<T>): Promise<T>;
  list(asked: ListAsked): Promise<DocumentList>;
  status(signal: AbortSignal): Promise<IndexStatus>;
  /** What its status is when it can't be asked. */
  failed(problem: string): IndexStatus;
  close(): Promise<void>;
}
