// The types of a check of `embed doctor`, and of its result. `embed doctor --json` prints them, so their fields keep
// their names and meanings. Beside them the time that all checks have.
import type { RunEvents } from '../events.js';

/** In ms, for all checks together: enough for the longest of single ones, and within 5 s with the start of the process. */
export const defaultTimeoutMs = 4000;

/** `skipped`: not checked, or not needed; never a problem. */
export type Status = 'ok' | 'warning' | 'failure' | 'skipped';

export type GroupName =
  | 'node'
  | 'configuration'
  | 'redis'
  | 'ollama'
  | 'openai'
  | 'queue'
  | 'builtin'
  | 'cache'
  | 'folders'
  | 'gateway'
  | 'output'
  | 'destination';

/** The result of a check. */
export interface Finding {
  status: Status;
  /** What was found, as a phrase. */
  seen: string;
  /** Further lines, such as one per setting. */
  details?: string[];
  /** The command that repairs it; set for every problem that a command can repair. */
  mend?: string;
  /** What `--fix` does; absent when nothing is safe to do. */
  fix?: Fix;
}

export interface Fix {
  /** What it does, as a phrase that follows "fixing:". */
  what: string;
  /** Why the user must agree first, as a phrase. */
  doubt?: string;
  /** @throws when it can't be done */
  run(options: FixOptions): Promise<void>;
}

export interface FixOptions {
  signal: AbortSignal;
  /** Called during long work, such as a pull. */
  events: RunEvents;
}

/** A finding with its place in the report. */
export interface Check extends Finding {
  /** Stable id, such as `redis.memory`; the same for every endpoint, which `subject` names. */
  id: string;
  group: GroupName;
  /** The checked thing, when there may be several or it has an address: a URL, a folder. */
  subject?: string;
  title: string;
  /** How long it took, in ms. */
  ms: number;
}
