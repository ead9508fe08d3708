// The options of a run, and its result.
import type { LoadedSettings } from '../config/origins.js';
import type { Settings } from '../config/settings.js';
import type { RunEvents } from '../events.js';
import type { Failure } from '../types/failure.js';
import type { Shard } from '../types/shard.js';
import type { RunCounts } from './run-counts.js';
import type { IngestSummary } from './summary.js';
import type { StandardInput } from './survey/standard-input.js';

/** What a run is told. */
export interface RunOptions {
  /** Files, folders, globs, or `-` for JSON Lines on standard input. @default `sources` of the settings */
  paths?: readonly string[] | undefined;
  /** Without paths: names of those sources of the settings that are read. @default all */
  choose?: readonly string[] | undefined;
  /** Of {@link loadSettings}. */
  settings: Settings;
  /** Where settings came from, for messages: of {@link loadSettings}. @default their flags */
  origins?: LoadedSettings['origins'] | undefined;
  /** Folder that relative paths start from. @default process.cwd() */
  cwd?: string;
  /**
   * Take only the documents of this shard; `out` of the settings still names the whole output, and the shard's lies in it,
   * as `shard-2-of-8`. @default all documents
   */
  shard?: Shard | undefined;
  /** Max files to read; not together with `rebuild`. @default all */
  limit?: number | undefined;
  /** Allow a run to remove more than half of the documents. @default false */
  allowRemovals?: boolean | undefined;
  /** Remove documents under roots that `paths` don't name, except those of standard input. @default false */
  prune?: boolean | undefined;
  /** Make the output again from nothing. @default false */
  rebuild?: boolean | undefined;
  /** In a dry run: embed a few texts, and tell how long the run would take. @default false */
  estimate?: boolean | undefined;
  /** Try documents again whose failures are known. @default false */
  retryFailed?: boolean | undefined;
  /** Pull a missing model. @default false */
  pull?: boolean | undefined;
  /** What the path `-` reads. @default nothing */
  stdin?: StandardInput;
  /**
   * Ends the run early, but well: when it aborts, the documents that are done are committed, all others stay as they
   * were, and none is removed; a `rebuild` replaces nothing then. The next run goes on. @default never
   */
  until?: AbortSignal | undefined;
  /** Ends the run; what it has embedded is kept for the next one. @default never */
  signal?: AbortSignal;
  /** Live counters of the run, for showing progress. @default only for the summary */
  counts?: RunCounts;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<RunEvents> | undefined;
}

/** What a run says at its end. */
export interface RunResult {
  /** What was done, in numbers. */
  summary: IngestSummary;
  /** Documents and chunks that failed in this run. */
  failures: Failure[];
  /** Of these, those that the output before didn't have. */
  newFailures: Failure[];
  /**
   * Those that an earlier run told, and that can't end in another way, as their bytes, reader and limits are the same:
   * they weren't tried again.
   */
  knownFailures: Failure[];
  /** Those of the output before that are no more, as their documents are repaired, gone or left out. */
  settledFailures: Failure[];
  /** A question that the new index should answer; only when documents were added. */
  question?: string | undefined;
}
