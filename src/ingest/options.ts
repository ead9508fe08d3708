// The options of a run, and its result.
import type { Settings } from '../config/settings.js';
import type { Failure } from '../types.js';
import type { RunCounts } from './run-counts.js';
import type { IngestSummary } from './summary.js';
import type { StandardInput } from './survey/standard-input.js';

/** What a run is told. */
export interface RunOptions {
  /** Files, folders, globs, or `-` for JSON Lines on standard input. */
  paths: readonly string[];
  /** Of {@link loadSettings}. */
  settings: Settings;
  /** Folder that relative paths start from. @default process.cwd() */
  cwd?: string;
  /** Files read at most; not together with `rebuild`. @default all */
  limit?: number | undefined;
  /** Let more than half of the documents go. @default false */
  allowRemovals?: boolean | undefined;
  /** Drop what lies under roots that `paths` don't name; never what came by standard input. @default false */
  prune?: boolean | undefined;
  /** Make the output anew. @default false */
  rebuild?: boolean | undefined;
  /** Pull a missing model. @default false */
  pull?: boolean | undefined;
  /** What the path `-` reads. @default nothing */
  stdin?: StandardInput;
  /** Ends the run; what it has embedded is kept for the next one. @default never */
  signal?: AbortSignal;
  /** Live numbers of the run, for whoever shows progress. @default counted for the summary only */
  counts?: RunCounts;
  /** Told what a person should know, a sentence each. @default nobody */
  onNotice?(message: string): void;
  /** Told what a person should look after, a sentence each. @default nobody */
  onWarning?(message: string): void;
  /**
   * Told of every file that is left out, by its source; `reason` is `binary`, `too-large`, `broken-link` or `special`.
   * @default nobody
   */
  onSkip?(reason: string, source: string): void;
  /** Told how far a pull is: what is being done, and bytes of bytes. @default nobody */
  onPull?(status: string, completed: number, total: number): void;
}

/** What a run says at its end. */
export interface RunResult {
  /** What was done, in numbers. */
  summary: IngestSummary;
  /** Documents and chunks that failed. The next run tries them again. */
  failures: Failure[];
  /** A question that the new index should answer; only when documents were added. */
  question?: string | undefined;
}
