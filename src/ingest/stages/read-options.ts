// What the reading of a run is told.
import type { Settings } from '../../config/settings.js';
import type { ReaderLimits } from '../../documents/reader/limits.js';
import type { RunEvents } from '../../events.js';
import type { Output } from '../../output/read/output.js';
import type { DocumentsWorker } from '../documents-worker/documents-worker.js';
import type { KnownFailures } from '../known-failures.js';
import type { RunCounts } from '../run-counts.js';
import type { TimeWindow } from '../time-window.js';
import type { Judgement } from './judgement.js';

export interface ReadOptions {
  previous: Output | undefined;
  /** Sources whose rows go. Records that are gone from their file are added. */
  removed: Set<string>;
  /** Those of them whose files are still there, and are left out now. Files that turn out to be such are added. */
  leftOut: Set<string>;
  /** Old names of files by those that they have now, as far as the survey knows. @default none */
  oldNames?: ReadonlyMap<string, string> | undefined;
  /** True when the splitter is the one that made the rows. */
  sameSplitter: boolean;
  /** Failures of the run before. @default none */
  knownFailures?: KnownFailures | undefined;
  /** Which documents a shard takes, and whose failures it tells. @default all */
  isOwn?: ((source: string) => boolean) | undefined;
  /** Take files that a program made from others. */
  generated: boolean;
  /** Decides which files those are; that of a run is asked for its result at the end. @default one of its own */
  judgement?: Judgement | undefined;
  /** Max files to read; the others count as hidden. */
  limit: number;
  /** When its time is over, no other file is read. @default no end */
  window?: TimeWindow | undefined;
  counts: RunCounts;
  /** In bytes; a file that has grown larger since it was listed fails. */
  maxFileSize: number;
  /** Called for files that turn out to be left out. */
  events: RunEvents;
  /** Makes chunks of documents before their turn. @default nobody */
  worker?: DocumentsWorker | undefined;
  /** Limits for one document. */
  readerLimits?: Partial<ReaderLimits> | undefined;
  /** Stops the reading, also of a document that takes long. */
  signal?: AbortSignal | undefined;
}

/** Those and the size limit in words, for failures that met one of them. */
export function limitsInWords({ maxReadMemory, maxReadTime, maxFileSize }: Settings): string {
  return `${maxReadTime} ms, ${maxReadMemory} bytes, of files up to ${maxFileSize} bytes`;
}

/** The limits for one document, from the settings. */
export function limitsOf(settings: Settings): Partial<ReaderLimits> {
  return { memory: settings.maxReadMemory, baseMs: settings.maxReadTime };
}
