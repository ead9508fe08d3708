// What whoever starts a run says, and what the run says at its end.
import type { Settings } from '../config/settings.js';
import type { Failure } from '../types.js';
import type { RunCounts } from './run-counts.js';
import type { IngestSummary } from './summary.js';
import type { StandardInput } from './survey/standard-input.js';

export interface RunOptions {
  /** Files, folders, globs, or `-` for JSON Lines on standard input. */
  paths: readonly string[];
  settings: Settings;
  /** Folder that relative paths start from. */
  cwd?: string;
  /** Files read at most. */
  limit?: number | undefined;
  /** Let more than half of the documents go. */
  allowRemovals?: boolean | undefined;
  /** Drop what lies under roots that `paths` don't name; never what came by standard input. */
  prune?: boolean | undefined;
  /** Make the output anew. */
  rebuild?: boolean | undefined;
  /** Pull a missing model. */
  pull?: boolean | undefined;
  /** What the path `-` reads. */
  stdin?: StandardInput;
  signal?: AbortSignal;
  /** Live numbers of the run, for whoever shows progress. */
  counts?: RunCounts;
  onNotice?(message: string): void;
  onWarning?(message: string): void;
  /** Told of every file that is left out, by its source. */
  onSkip?(reason: string, source: string): void;
  onPull?(status: string, completed: number, total: number): void;
}

export interface RunResult {
  summary: IngestSummary;
  /** Documents and chunks that failed, tried again by the next run. */
  failures: Failure[];
  /** A question that the new index should answer; only after documents were added. */
  question?: string | undefined;
}
