// What a search is told, and what it gives.
import type { Settings } from '../config/settings.js';
import type { RunEvents } from '../events.js';
import type { OutputRow } from './row.js';

/** What results of a search must be, beside near. */
export interface SearchFilters {
  /**
   * Folders, documents or globs, one of which the source must fit, as a whole or from the border of a folder on: `notes/*.md` fits
   * `notes/a.md` and `/srv/notes/a.md`, `/notes` only what begins so. @default all
   */
  source?: readonly string[] | undefined;
  /**
   * Folder, absolute, from which `source` may name paths: `./notes`, and `notes` where that is there. @default sources are no paths
   */
  from?: string | undefined;
  /**
   * Conditions, all of which the metadata must fulfil: `key=value`, `key>=value`, `key<=value`, or `key in a,b,c`; `a.b=x`
   * looks into objects, a list fits by one of its values. `>=` and `<=` compare numbers as numbers, others as text.
   * @default all
   */
  where?: readonly string[] | undefined;
  /** The lowest cosine, -1 to 1; not for a search by words alone. @default any */
  minScore?: number | undefined;
}

/** By what is searched: by meaning, by words (BM25), or by both, joined into one order (join.ts). */
export type SearchBy = 'vectors' | 'words' | 'hybrid';

/** A server that puts results into a better order, by `/v1/rerank` as llama.cpp, TEI and infinity have it. */
export interface RerankOptions {
  /** Address of the server, with or without the path. */
  url: string;
  /** Name of its model. @default the server's own */
  model?: string | undefined;
  /** Results that it is sent at most. @default 50 */
  most?: number | undefined;
}

/** How results look. */
export interface ResultShape {
  /** One result for each document: its best chunk. @default each text is a result */
  group?: 'document' | undefined;
  /** Chunks before and after each result that its `passage` has, too. @default none */
  around?: number | undefined;
  /** The `passage` of each result is its whole document. @default false */
  whole?: boolean | undefined;
}

/** What a question may be asked with. */
export interface QuestionOptions extends SearchFilters, ResultShape {
  /** Results at most: texts, however many rows hold each. */
  k: number;
  /** By what is searched. @default hybrid where it is known to be quick, else vectors */
  by?: SearchBy | undefined;
  /** A server that orders the best results anew. @default results stay in their order */
  rerank?: RerankOptions | undefined;
}

/** What is searched, and where its embedder is. */
export interface SearcherOptions {
  /** `out` names the output, from the working folder on, and `index` the index in a destination; the rest, where the embedder is. */
  settings: Settings;
  /**
   * Outputs and destinations, each as a folder or an address, with a name before it or without: `notes=./notes-index`,
   * `postgres://host/db`. @default the output of the settings
   */
  in?: string | readonly string[] | undefined;
  /** Ends the search. @default never */
  signal?: AbortSignal;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<RunEvents>;
}

/** What `search` is told. */
export interface SearchOptions extends QuestionOptions, SearcherOptions {
  /** What is looked for, in plain words; the model's query prefix is added. */
  question: string;
}

/** The text around a result, or all of its document. */
export interface Passage {
  /** What stands between chunks is white space, as near as the index knows it. */
  text: string;
  /** 0-based places of its first and last chunk in the document. */
  chunks: [first: number, last: number];
  /** 1-based line of the file on which it starts. */
  line: number;
}

/** 1-based places in the lists that a hybrid search joins. */
export interface SearchRanks {
  /** By meaning; absent where the best rows hadn't it. */
  vectors?: number;
  /** By words; absent where the best rows hadn't it. */
  words?: number;
}

/** A text with the first of the rows that hold it; results come best first. */
export interface SearchResult extends OutputRow {
  /** Cosine of the row's vector and the question's, -1 to 1; by words alone BM25, above 0. */
  score: number;
  /** The sources of all documents that hold the text, in the order of their rows. */
  sources: string[];
  /** Name of the output or destination that holds it; absent where none was given. */
  in?: string;
  /** Where it stood in the lists that a hybrid search joins; absent for others. */
  ranks?: SearchRanks;
  /** What the reranker gave; in no unit. */
  rerank?: number;
  /** Words of the question that the text holds, as they stand there; empty for a search by vectors alone. */
  words: string[];
  /** Where the text around it was asked for. */
  passage?: Passage;
}
