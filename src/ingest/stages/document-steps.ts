// src/ingest/stages: the stages of the pipeline. They never import each other; pipeline.ts joins them.
//
// This file holds the steps that flow through them. A document is either one `keep`, or a `begin`, its `row`s and an
// `end` (or `abandon`); failures come in between. Documents come in order of source.
// read.ts makes steps from files, chunk.ts adds rows, resolve.ts finds known vectors, embed.ts asks for the others,
// whole-documents.ts leaves out what the time didn't suffice for, write.ts passes them to the writer.
import type { Ticket } from '../../batching/ticket.js';
import type { Chunk, Document } from '../../types/document.js';
import type { KeptFailure, Lasting } from '../../types/failure.js';
import type { Vector } from '../../types/vector.js';

/** What a failure is of: a file with its bytes and its reader. */
export interface Origin {
  /** The source of the file. */
  file: string;
  /** As {@link Lasting.hash}. */
  hash: string;
  /** As {@link Lasting.reader}, without limits. */
  reader: string;
}

/** The document is unchanged since the previous output. */
export interface KeepStep {
  kind: 'keep';
  source: string;
  /** The file whose record it is; undefined for a file of its own. */
  recordOf: string | undefined;
  rows: number;
  /** Its rows may be of another splitter or reader, and it wasn't read this time. */
  outdated: boolean;
  /** It has another name now, under which it can't be read: its rows get that name. */
  renamed?: { from: string; root: string };
}

/** A document whose chunks were made in the documents worker. */
export interface SplitDocument {
  text: string;
  chunks: Iterable<Chunk>;
  isBlank: boolean;
}

/** The document is new or changed; its rows follow, then an `end`. */
export interface BeginStep {
  kind: 'begin';
  source: string;
  root: string;
  hash: string;
  /** The file whose record it is; undefined for a file of its own. */
  recordOf: string | undefined;
  /** What failures of its chunks are of. */
  origin?: Origin;
  /** Of its file, in bytes; of a record its part of that. */
  bytes?: number;
  /** Gives its text and blocks, or its chunks where they are made already; removed when it has been split. */
  open?(): Document | SplitDocument;
}

/** One chunk of the last `begin`. */
export interface RowStep {
  kind: 'row';
  chunk: Chunk;
  /** Known, or answered by the embedder. */
  vector?: Vector;
  /** In flight to an embedder. */
  ticket?: Ticket;
}

export interface EndStep {
  kind: 'end';
}

/** The time of the run was over in the middle of the document: in place of its `end`. */
export interface CutStep {
  kind: 'cut';
}

/** A document is given up; a `keep` follows where the previous output has it. */
export interface AbandonStep {
  kind: 'abandon';
  source: string;
  recordOf: string | undefined;
  /** Its `begin`, and maybe rows, were passed on. */
  isBegun: boolean;
  /** The previous output doesn't have it. */
  isNew: boolean;
}

/** A document or chunk failed. A document that fails as a whole keeps its old rows: a `keep` follows. */
export interface FailureStep {
  kind: 'failure';
  failure: KeptFailure;
  /** What it is of, when that was read: a failure of a whole file, or of a record. A failure of a chunk is of its document. */
  origin?: Origin | undefined;
  /** The document wasn't tried again: an earlier run told it. */
  isKnown?: true;
}

/** A file of records was read completely, or is unchanged. */
export interface RecordFileStep {
  kind: 'recordFile';
  source: string;
  root: string;
  hash: string;
  documents: number;
}

export type Step =
  | KeepStep
  | BeginStep
  | RowStep
  | EndStep
  | CutStep
  | AbandonStep
  | FailureStep
  | RecordFileStep;
