// What the writer of an output is told, and what it answers.
import type { Shard } from '../../types/shard.js';
import type { VectorSpace } from '../../types/space.js';
import type { Dtype } from '../format/dtype.js';
import type { Chunking, ManifestHead, OutputFormat } from '../format/manifest.js';
import type { Lock } from '../lock/lock.js';
import type { Output } from '../read/output.js';
import type { OnStep } from './commit.js';
import type { SequenceOptions } from './next-documents.js';

export interface WriterOptions extends SequenceOptions {
  space: VectorSpace;
  chunking: Chunking;
  readers: ManifestHead['readers'];
  formats: readonly OutputFormat[];
  /** The numbers of vectors.npy; those of the outputs that are copied. @default 'float32' */
  dtype?: Dtype | undefined;
  /** Which part of the documents these are. @default that of the previous output; without one, all of them */
  shard?: Shard | undefined;
  /** The present output, when its documents come from elsewhere: only its files are compared. */
  replaces?: Output | undefined;
  /** Checked before the commit: a run that lost its lock must not write. */
  lock?: Lock | undefined;
  /** For tests. */
  onStep?: OnStep | undefined;
}

export interface CommitResult {
  /** False when the output already had exactly these bytes. */
  changed: boolean;
  rows: number;
  /** Size of chunks.jsonl and vectors.npy together. */
  bytes: number;
  /** Size of chunks.jsonl. */
  lineBytes: number;
}

/** What is known of a document that is copied. */
export interface Copied {
  /** The file whose record it is; undefined for a file of its own. */
  recordOf?: string | undefined;
  /** True to mark it, so that a later run reads it again. */
  outdated?: boolean;
}

/** The name that a document gets. */
export interface Renamed {
  source: string;
  root: string;
  /** The file whose record it is; undefined for a file of its own. */
  recordOf?: string | undefined;
}

export interface CommitOptions {
  keepJournal?: boolean;
  judged?: number | undefined;
}
