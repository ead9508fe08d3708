// src/search: answers questions from outputs and destinations, by vectors, by words, or by both.
//
// In: questions, and the names of what is searched. Out: texts, best first, with where they stand. corpora.ts opens what
// is named; output-corpus.ts and destination-corpus.ts are the two kinds; searcher.ts asks them and joins their lists (join.ts);
// passage.ts gives the text around a result; get.ts finds a text by its place; words/ is the search by words.
// What must hold: nothing is written but the word index in the user's cache folder; rows of an output that was damaged
// or of a destination that others changed are told in words, never believed; -k counts texts, whatever filters take.
// Look first at this file for what can be searched, and at searcher.ts for how.
import type { RowPlace } from '../destinations/destination.js';
import type { VectorSpace } from '../types/space.js';
import type { Vector } from '../types/vector.js';
import type { Filter } from './filter.js';
import type { OutputRow } from './row.js';
import type { NamedSources } from './source-patterns.js';

/** A row that a search found, before its text is read. */
export interface Hit {
  /** The same for rows with the same context and text, where that is known. */
  key: string;
  /** Of one list: a cosine, or BM25. */
  score: number;
  /** What finds the row again, for its corpus alone. */
  at: unknown;
}

export type Place = RowPlace;

/** The words of a question, each once. */
export interface QuestionWords {
  /** As `tokensOf` gives them. */
  compared: readonly string[];
  /** Those of them that are names, whole: rows that hold more of them come first. */
  names: readonly string[];
  /** As they were typed, in small letters. */
  typed: readonly string[];
}

/** An output, or an index in a destination. */
export interface Corpus {
  /** As the user named it; undefined without a name. */
  readonly name: string | undefined;
  /** For messages, without secrets. */
  readonly shown: string;
  /** What patterns of sources are held against. */
  readonly named: NamedSources;
  readonly space: VectorSpace;
  /** Id of the counter of its chunks, where it is known. */
  readonly counter: string | undefined;
  /**
   * The nearest rows for each question, best first, each with another key; only rows that the filter takes.
   * @param most rows of a list at most; a shorter list holds all that there are
   */
  nearest(questions: readonly Vector[], most: number, filter: Filter): Promise<Hit[][]>;
  /** Whether a search by words needs no long preparation. */
  isReadyForWords(): Promise<boolean>;
  /**
   * The same by words, for each question.
   * @throws {UsageError} when it can't be searched by words
   */
  matching(questions: readonly QuestionWords[], most: number, filter: Filter): Promise<Hit[][]>;
  /** Of some words, those that tell rows apart: few enough rows hold them. */
  telling(words: readonly string[]): Promise<string[]>;
  /** Whether a row holds the word, as `tokensOf` gives it; absent where that isn't known. */
  holds?(word: string): Promise<boolean>;
  /** The cosine of each hit with a question. */
  cosines(hits: readonly Hit[], question: Vector): Promise<number[]>;
  read(hit: Hit): Promise<OutputRow>;
  /** For each hit, the sources of all documents with rows like it. */
  sourcesOf(hits: readonly Hit[]): Promise<string[][]>;
  /** Rows by their place, in their order; at most a number that fits into memory. */
  find(place: Place): Promise<OutputRow[]>;
  /** The rows of all records of a file, one record after the other; absent where records aren't known from documents. */
  recordRows?(file: string): AsyncIterable<OutputRow>;
  /** Names of its documents that failed, so that their texts can't be found; absent where that isn't known. */
  failed?(): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}
