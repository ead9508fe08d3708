// src/indexes: what programs and agents ask of indexes, whichever outputs and destinations these are.
//
// In: questions with bounds. Out: texts with their places. This file holds the interface of all that answers them;
// asked.ts says what may be asked, and checks it; turns.ts bounds what is worked on at once. `src/commands/indexes` opens
// the indexes; `src/mcp` and `src/gateway` answer clients with them.
// What must hold: nothing is read but what an index holds, and nothing is changed but by `update`.
import type { SearchBy, SearchFilters, SearchResult } from '../search/options.js';

export interface SearchAsked extends SearchFilters {
  question: string;
  /** Names of the indexes that are asked. @default all */
  in?: readonly string[] | undefined;
  /** Results at most. */
  results: number;
  by?: SearchBy | undefined;
  group?: 'document' | undefined;
  around?: number | undefined;
}

export interface TextAsked {
  /** @default the only one */
  in?: string | undefined;
  /** Of a row; either this or `source`. */
  id?: string | undefined;
  source?: string | undefined;
  /** 1-based line of the document; the text goes on from the chunk that holds it. @default the first */
  line?: number | undefined;
  /** 0-based place of a chunk in the document, to go on from; goes before `line`. */
  chunk?: number | undefined;
  /** Chunks at most. */
  chunks: number;
  /** Tokens of the text, about; the first chunk is given whole. */
  maxTokens: number;
}

/** Chunks of one document that follow each other, as one text. */
export interface FoundPassage {
  /** Name of its index. */
  in: string;
  source: string;
  /** 1-based line on which the text starts. */
  line: number;
  text: string;
  /** Titles of the sections around its start. */
  heading: string[];
  /** 0-based places of its first and last chunk in the document. */
  chunks: [first: number, last: number];
  /** The chunk to go on from; absent at the document's end. Lines are no such place: one may hold several chunks. */
  nextChunk?: number;
}

export interface ListAsked {
  in?: readonly string[] | undefined;
  source?: readonly string[] | undefined;
  /** Only what failed. */
  failed?: boolean | undefined;
  /** Documents to leave out at the start. */
  skip: number;
  /** Documents at most. */
  most: number;
}

export interface ListedDocument {
  /** Name of its index. */
  in: string;
  source: string;
  rows: number;
  /** When a run last wrote it, ISO 8601 in UTC; absent where that isn't known. */
  changed?: string;
  /** Codes of what failed of it. */
  failures?: readonly string[];
}

export interface DocumentList {
  documents: ListedDocument[];
  /** Of all that match. */
  total: number;
}

/** One index, as it is now. */
export interface IndexStatus {
  name: string;
  /** Where it is, without passwords. */
  where: string;
  kind: 'output' | 'destination';
  model?: string;
  dimensions?: number;
  documents?: number;
  rows?: number;
  /** Documents and chunks that have no vectors. */
  failures?: number;
  /** Paths that its documents were found under; those that are gone keep their documents. */
  roots?: { root: string; documents: number; gone: boolean }[];
  /** The last run of this user on this machine. */
  lastRun?: { at: string; seconds: number; result: string; share?: number };
  /** A run that is under way, was interrupted, or ended before all was done as it was told to. */
  run?: { state: 'running' | 'interrupted' | 'paused'; share?: number };
  /** Why it can't be asked, or what goes wrong with it, in a sentence. */
  problem?: string;
}

/** What an update did. */
export interface Updated {
  /** Name of the index. */
  in: string;
  changed: boolean;
  documents: { new: number; changed: number; removed: number; unchanged: number; failed: number };
  rows: number;
  /** Roots that were left alone: outside of the folders that it may read, or gone. */
  left?: string[];
}

export interface UpdateProgress {
  /** 0 to `total`. */
  done: number;
  /** Rises while documents are found. */
  total: number;
  message: string;
}

/** @param name of the index; undefined for the only one */
export type Update = (
  name: string | undefined,
  signal: AbortSignal,
  progress: (now: UpdateProgress) => void,
) => Promise<Updated>;

/** Indexes that are open for many questions. All throw errors of src/errors.ts, whose message says what to do. */
export interface Indexes {
  readonly names: readonly string[];
  /** As `embed search --json` gives them; each has the name of its index. */
  search(asked: SearchAsked, signal: AbortSignal): Promise<SearchResult[]>;
  /** @returns undefined when there is no such row or document */
  get(asked: TextAsked, signal: AbortSignal): Promise<FoundPassage | undefined>;
  list(asked: ListAsked, signal: AbortSignal): Promise<DocumentList>;
  status(signal: AbortSignal): Promise<IndexStatus[]>;
  /** Brings an output up to date with the documents under its roots. Absent where nothing may be changed. */
  readonly update?: Update | undefined;
  /** Tells each time one of these calls has ended: what waits behind others knows that they go on. @returns ends that */
  onEnded(listener: () => void): () => void;
  close(): Promise<void>;
}
