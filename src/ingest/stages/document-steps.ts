// What flows through the pipeline: the life of every document as a row of small steps, in output order.
import type { Ticket } from '../../batching/ticket.js';
import type { Chunk, Document, Failure, Vector } from '../../types.js';

/** The document is as the previous output has it. */
export interface KeepStep {
  kind: 'keep';
  source: string;
  /** The file whose record it is; undefined for a file of its own. */
  recordOf: string | undefined;
  rows: number;
}

/** The document is new or changed; its rows follow, then an `end`. */
export interface BeginStep {
  kind: 'begin';
  source: string;
  root: string;
  hash: string;
  /** The file whose record it is; undefined for a file of its own. */
  recordOf: string | undefined;
  /** Its text and blocks; present until it has been split. */
  open?(): Document;
}

/** One chunk of the document begun last. */
export interface RowStep {
  kind: 'row';
  chunk: Chunk;
  /** Known, or answered. */
  vector?: Vector;
  /** Under way to an embedder. */
  ticket?: Ticket;
}

export interface EndStep {
  kind: 'end';
}

/** A document or chunk that failed. A document that fails whole keeps its old rows: a `keep` follows. */
export interface FailureStep {
  kind: 'failure';
  failure: Failure;
}

/** A file that holds many documents was read whole, or found unchanged. */
export interface RecordFileStep {
  kind: 'recordFile';
  source: string;
  root: string;
  hash: string;
  documents: number;
}

export type Step = KeepStep | BeginStep | RowStep | EndStep | FailureStep | RecordFileStep;
