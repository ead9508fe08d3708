// The notes on one output: three files that begin with a hash of its real path. `.json`: its last run. `.run`: how much of a
// run is done. `.changes`: a line for each document that a run wrote, with the time; the last one of a document counts.
import { appendFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { debug, told } from '../debug.js';
import { readForeign } from '../files/foreign-file.js';
import { makeFolders } from '../files/make-folder.js';
import { realPlace } from '../files/real-place.js';
import { isMoment } from '../text/moments.js';
import { isObject } from '../text/plain-json.js';
import { hexHash } from '../text/sha256.js';
import { notesFolder } from './state-folder.js';

/** How a run ended. `time-up`: by its time window, well, with documents left to the next one. */
export type RunResultName = 'done' | 'some-failed' | 'time-up' | 'stopped' | 'failed';

/** What ends a run well before all documents are done: its time window, or a bound of its files. */
export type Pause = 'max-time' | 'limit';

/** The last run of an output. */
export interface LastRun {
  /** When it ended, as ISO 8601 in UTC. */
  at: string;
  /** How long it took. */
  seconds: number;
  /** `some-failed`: some documents have no vectors; `failed`: it ended with an error, and the output is that of before. */
  result: RunResultName;
  /** Of `time-up`: how much of the documents the output holds as they are, 0 to 1. */
  share?: number;
}

/** What makes the vectors of a run. */
export interface Maker {
  /** `ollama`, `openai` or `builtin`. */
  embedder: string;
  model: string;
  /** As in {@link OutputNotes}; empty where none may be kept. */
  addresses: string[];
}

/** How a run was begun that is under way, or didn't end. */
export interface BegunRun {
  /** What makes its vectors; absent when that isn't known here. */
  maker?: Maker;
  /** What its command line said of the vectors and chunks that it makes: flags, each with its value. */
  flags?: string[][];
  /** What it reads, as the output names it: files and folders; absent where there are too many, or that isn't known. */
  roots?: string[];
}

/** A run that is under way, or didn't end. */
export interface NotedRun extends BegunRun {
  /** How much of it is done, 0 to 1. */
  share?: number;
  /** What ended one that left something to go on with; absent where it was interrupted. */
  pausedBy?: Pause;
}

/** What is known of an output beside what it holds itself. */
export interface OutputNotes {
  lastRun?: LastRun;
  /** Addresses of the servers that gave its vectors; none with a password in it is kept. */
  addresses?: string[];
  /** The embedder whose servers these are: `ollama` or `openai`. */
  addressesOf?: string;
}

const maxNotesBytes = 64 * 1024;
/** A larger file of changes is made shorter, and a far larger one begun again. */
const maxChangesBytes = 32 * 1024 * 1024;
const maxAddresses = 64;
const maxFlags = 16;
const maxRoots = 200;
/** Of a run: some thirty years. */
const maxSeconds = 1e9;
const results: ReadonlySet<string> = new Set<RunResultName>([
  'done',
  'some-failed',
  'time-up',
  'stopped',
  'failed',
]);

/** The files of notes on the output in a folder. */
export class NotesFiles {
  readonly #start: string;
  readonly #out: string;

  /**
   * @param out the output's folder, absolute; it may not exist yet
   * @throws {UsageError} when neither it nor a folder above it can be reached
   */
  constructor(out: string) {
    this.#out = realPlace(out);
    const name = hexHash('sha256', this.#out).slice(0, 32);
    this.#start = join(notesFolder(), name);
  }

  /** Empty where nothing is known. */
  read(): OutputNotes {
    const { out, lastRun, addresses, addressesOf } = this.#json('.json');
    // Another output of the same hash: as good as impossible, unless somebody wrote it.
    if (out !== this.#out) return {};
    const run = lastRunOf(lastRun);
    return {
      ...(run && { lastRun: run }),
      ...(areTexts(addresses) && addresses.length > 0 && { addresses: addresses.slice(0, maxAddresses) }),
      ...(typeof addressesOf === 'string' && { addressesOf }),
    };
  }

  write(notes: OutputNotes): void {
    this.#replace('.json', `${JSON.stringify({ schema: 1, out: this.#out, ...notes })}\n`);
  }

  /** The run under way, or the one that didn't end; empty where nothing is known. */
  run(): NotedRun {
    const { share, pausedBy, maker, flags, roots } = this.#json('.run');
    const made = makerOf(maker);
    const isKnown = Array.isArray(flags) && flags.length <= maxFlags && flags.every(isFlag);
    return {
      ...(isShare(share) && { share }),
      ...((pausedBy === 'max-time' || pausedBy === 'limit') && { pausedBy }),
      ...(made && { maker: made }),
      ...(isKnown && { flags }),
      ...(areTexts(roots) && roots.length <= maxRoots && { roots }),
    };
  }

  /** @param share 0 to 1; undefined when the run is over, and has left nothing to go on with */
  writeShare(share: number | undefined, begun: BegunRun = {}, pausedBy?: Pause): void {
    if (share === undefined) rmSync(`${this.#start}.run`, { force: true });
    else {
      const { roots = [], ...rest } = begun;
      const noted = { share: Number(share.toFixed(3)), ...rest, pausedBy };
      const all = `${JSON.stringify({ ...noted, roots })}\n`;
      const isShort = roots.length > 0 && roots.length <= maxRoots && all.length < maxNotesBytes / 4;
      this.#replace('.run', isShort ? all : `${JSON.stringify(noted)}\n`);
    }
  }

  /** When each document changed, in ms since 1970; without those of which that isn't known. */
  changes(): Map<string, number> {
    const times = new Map<string, number>();
    for (const line of this.#text('.changes', 2 * maxChangesBytes).split('\n')) {
      const [ms, source] = arrayIn(line);
      if (isMoment(ms) && typeof source === 'string') times.set(source, ms);
    }
    return times;
  }

  /** @param at ms since 1970 */
  addChanges(sources: Iterable<string>, at: number): void {
    const lines = [...sources].map((source) => `${JSON.stringify([at, source])}\n`).join('');
    if (lines === '') return;
    const path = `${this.#start}.changes`;
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > maxChangesBytes) {
      const kept = [...this.changes()].map(([source, ms]) => `${JSON.stringify([ms, source])}\n`).join('');
      this.#replace('.changes', kept.length > maxChangesBytes ? '' : kept);
    }
    makeFolders(dirname(path), 0o700);
    appendFileSync(path, lines, { mode: 0o600 });
  }

  #json(ending: string): Record<string, unknown> {
    try {
      const value: unknown = JSON.parse(this.#text(ending, maxNotesBytes));
      return isObject(value) ? value : {};
    } catch (error) {
      if (error instanceof SyntaxError) return {};
      throw error;
    }
  }

  /** Empty when it can't be read: then nothing is known. */
  #text(ending: string, mostBytes: number): string {
    try {
      return readForeign(`${this.#start}${ending}`, mostBytes).toString('utf8');
    } catch (error) {
      debug.run?.(`no notes (${ending}): ${told(error)}`);
      return '';
    }
  }

  #replace(ending: string, text: string): void {
    const path = `${this.#start}${ending}`;
    const draft = `${path}.${process.pid}`;
    makeFolders(dirname(path), 0o700);
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  }
}

/** The notes on a run of an output that didn't end, likewise. @param out absolute */
export function readRunNotes(out: string): NotedRun {
  return attempt(() => new NotesFiles(out).run()) ?? {};
}

/** The notes on an output; empty where none can be read. @param out absolute */
export function readNotes(out: string): OutputNotes {
  return attempt(() => new NotesFiles(out).read()) ?? {};
}

/** What can't be read or written is not known, or lost: no command fails for it. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    debug.run?.(`notes on the output: ${told(error)}`);
    return undefined;
  }
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** `["--rebuild"]`, `["--chunk-size", "40"]` */
function isFlag(value: unknown): value is string[] {
  return areTexts(value) && value.length <= 2 && /^--[a-z][a-z-]*$/.test(value[0] ?? '');
}

function makerOf(value: unknown): Maker | undefined {
  const { embedder, model, addresses } = (value ?? {}) as Partial<Record<keyof Maker, unknown>>;
  if (typeof embedder !== 'string' || typeof model !== 'string' || !areTexts(addresses)) return undefined;
  return { embedder, model, addresses: addresses.slice(0, maxAddresses) };
}

function lastRunOf(value: unknown): LastRun | undefined {
  const { at, seconds, result, share } = (value ?? {}) as Partial<Record<keyof LastRun, unknown>>;
  if (typeof at !== 'string' || !isMoment(Date.parse(at))) return undefined;
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= maxSeconds)) return undefined;
  if (typeof result !== 'string' || !results.has(result)) return undefined;
  return {
    ...{ at: new Date(at).toISOString(), seconds, result: result as RunResultName },
    ...(isShare(share) && { share }),
  };
}

function arrayIn(line: string): unknown[] {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : [];
  } catch (error) {
    // The last line may be cut, by a full disk.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
