// What a check of `embed doctor` is and says. The JSON of `embed doctor --json` is made of these types, so
// their fields keep their names and meanings.

/** `skipped`: not looked at, or not needed; never a problem. */
export type Status = 'ok' | 'warning' | 'failure' | 'skipped';

export type GroupName =
  | 'node'
  | 'configuration'
  | 'redis'
  | 'ollama'
  | 'builtin'
  | 'cache'
  | 'folders'
  | 'gateway'
  | 'output';

/** What a check found. */
export interface Finding {
  status: Status;
  /** What was seen, as a phrase. */
  seen: string;
  /** More lines of it, such as one per setting. */
  details?: string[];
  /** The command that mends it; always there when it is not fine and a command can. */
  mend?: string;
  /** What `--fix` does about it; absent where nothing is safe to do. */
  fix?: Fix;
}

export interface Fix {
  /** What it does, as a phrase that follows "fixing:". */
  what: string;
  /** Why a person has to agree first, as a phrase. */
  doubt?: string;
  /** @throws when it can't be done */
  run(options: FixOptions): Promise<void>;
}

export interface FixOptions {
  signal: AbortSignal;
  /** Told of long work as it goes, such as a download. */
  onProgress(status: string): void;
}

/** A finding with its place in the report. */
export interface Check extends Finding {
  /** Stable, such as `redis.memory`; the same for every endpoint, which `subject` tells apart. */
  id: string;
  group: GroupName;
  /** What is checked, where there can be several or it has an address: a URL, a folder. */
  subject?: string;
  title: string;
  /** How long it took, in ms. */
  ms: number;
}
