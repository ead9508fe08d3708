// What one open index answers: an output, or a destination.
import type {
  DocumentList,
  FoundPassage,
  FoundText,
  IndexStatus,
  ListAsked,
  SearchAsked,
  TextAsked,
} from '../../indexes/indexes.js';

export interface OpenIndex {
  readonly name: string;
  /** Best first, with the id of the vector space: scores of two spaces can't be compared. */
  search(asked: SearchAsked, signal: AbortSignal): Promise<{ space: string; texts: FoundText[] }>;
  get(asked: TextAsked, signal: AbortSignal): Promise<FoundPassage | undefined>;
  list(asked: ListAsked, signal: AbortSignal): Promise<DocumentList>;
  status(signal: AbortSignal): Promise<IndexStatus>;
  /** What its status is when it can't be asked. */
  failed(problem: string): IndexStatus;
  close(): Promise<void>;
}
