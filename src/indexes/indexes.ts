// src/indexes: what programs and agents ask of indexes, whichever outputs and destinations these are.
//
// In: questions with bounds. Out: texts with their places. This file holds the interface of all that answers them;
// asked.ts says what may be asked, and checks it. `src/commands/indexes` opens the indexes; `src/mcp` and `src/gateway`
// answer clients with them.
// What must hold: nothing is read but what an index holds, and nothing is changed but by `update`.

/** A text that a search found, with where it stands. */
export interface FoundText {
  /** Name of its index. */
  index: string;
  id: string;
  /** Cosine, -1 to 1. */
  score: number;
  text: string;
  metadata: { source: string; line: number; page?: number; heading: string[] };
  /** All documents that hold the text. */
  sources: string[];
}

export interface SearchAsked {
  question: string;
  /** Names of the indexes that are asked. @default all */
  index?: readonly string[] | undefined;
  /** Results at most. */
  results: number;
  source?: readonly string[] | undefined;
  where?: readonly string[] | undefined;
  minScore?: number | undefined;
}

export interface TextAsked {
  /** @default the only one */
  index?: string | undefined;
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
  index: string;
  source: string;
  /** 1-based line on which the text starts. */
  line: number;
  text: string;
  /** Titles of the sections around its start. */
  heading: string[];
  /** 0-based place of its first chunk in the document. */
  chunk: number;
  /** Chunks of the text. */
  chunks: number;
  /** Chunks of the document. */
  of: number;
  /** The chunk to go on from; absent at the document's end. Lines are no such place: one may hold several chunks. */
  nextChunk?: number;
}

export interface ListAsked {
  index?: readonly string[] | undefined;
  source?: readonly string[] | undefined;
  /** Documents to leave out at the start. */
  skip: number;
  /** Documents at most. */
  most: number;
}

export interface ListedDocument {
  index: string;
  source: string;
  rows: number;
}

export interface DocumentList {
  documents: ListedDocument[];
  /** Of all that match. */
  total: number;
}

/** One index, as it is now. */
export interface IndexStatus {
  index: string;
  /** Where it is, without passwords. */
  where: string;
  kind: 'output' | 'destination';
  model?: string;
  dimensions?: number;
  documents?: number;
  rows?: number;
  /** Paths that its documents were found under. */
  roots?: string[];
  /** Why it can't be asked, in a sentence. */
  problem?: string;
}

/** What an update did. */
export interface Updated {
  index: string;
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

/** @param index its name; undefined for the only one */
export type Update = (
  index: string | undefined,
  signal: AbortSignal,
  progress: (now: UpdateProgress) => void,
) => Promise<Updated>;

/** Indexes that are open for many questions. All throw errors of src/errors.ts, whose message says what to do. */
export interface Indexes {
  readonly names: readonly string[];
  search(asked: SearchAsked, signal: AbortSignal): Promise<FoundText[]>;
  /** @returns undefined when there is no such row or document */
  get(asked: TextAsked, signal: AbortSignal): Promise<FoundPassage | undefined>;
  list(asked: ListAsked, signal: AbortSignal): Promise<DocumentList>;
  status(signal: AbortSignal): Promise<IndexStatus[]>;
  /** Brings an output up to date with the documents under its roots. Absent where nothing may be changed. */
  readonly update?: Update | undefined;
  close(): Promise<void>;
}
