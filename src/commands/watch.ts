// `embed ingest --watch` without its flags: an update, and another one whenever files changed and it is calm again.
import { dirname, resolve, sep } from 'node:path';
import type { NamedSource } from '../config/kinds/sources.js';
import { isPattern } from '../documents/globs/tokens.js';
import { patternOrigin } from '../documents/walk/paths/expand-pattern.js';
import { embedignoreName, gitignoreName } from '../documents/walk/rules/ignore-files.js';
import { Changes } from '../documents/watch/changes.js';
import {
  FolderWatch,
  identityOf,
  isFile,
  isSilent,
  type WatchedPlace,
} from '../documents/watch/folder-watch.js';
import { DestinationError, type EmbedError, LockedError, ServiceError, UsageError } from '../errors.js';
import { isIn } from '../files/inside-folder.js';
import type { RunResult } from '../ingest/options.js';
import { pathOf } from '../net/destination-address.js';
import { type IngestOptions, ingest } from './ingest.js';
import { type SyncOptions, type SyncResult, sync } from './sync.js';

/** What {@link watch} is told. */
export interface WatchOptions
  extends Omit<IngestOptions, 'until' | 'dryRun' | 'stdin' | 'limit'>,
    Pick<SyncOptions, 'fromFile' | 'takeOver'> {
  signal: AbortSignal;
  /** Look at all files every few seconds, also where the system tells of changes. @default false */
  polls?: boolean | undefined;
  /** Without another change for so long, in ms, files are taken; the other times follow from it. @default 1000 */
  calmMs?: number | undefined;
  told: WatchEvents;
}

/** What happens while it watches. */
export interface WatchEvents {
  /** All is watched. @param polls by looking every few seconds */
  watching(places: readonly string[], polls: boolean): void;
  /** An update ended well. @param isFirst that of the start */
  updated(result: RunResult, isFirst: boolean): void;
  synced(result: SyncResult): void;
  /** An update failed for a reason that may pass, or that the user can mend. @param seconds until the next try */
  failed(error: EmbedError, seconds: number | undefined): void;
  /** A place that was there isn't any more: its documents stay. */
  gone(path: string): void;
}

/** Without a change for so long, it is calm. */
const calmMs = 1000;
/** Files that change all the time are taken after this time. */
const mostMs = 30_000;
/** Between two looks at the places themselves, in ms: a folder that is unmounted tells nothing. */
const placesMs = 2000;
/** Between two looks at each file, in ms, where no events come. */
const pollMs = 5000;
const firstRetryS = 30;
const maxRetryS = 600;

/** A place, and what ingests it. */
interface Place extends WatchedPlace {
  /** As typed, or the source's. */
  shown: string;
  source?: NamedSource;
}

/**
 * Updates the output and its destinations until the signal aborts. The lock is held during updates only.
 * @throws {UsageError} as `ingest`, for the first update
 * @throws {EmbedError} what no other try mends: another vector space, a damaged output
 * @throws the signal's reason
 */
export async function watch(options: WatchOptions): Promise<never> {
  const watching = new Watching(options, placesOf(options));
  try {
    return await watching.run();
  } finally {
    await watching.close();
  }
}

class Watching {
  readonly #options: WatchOptions;
  readonly #places: readonly Place[];
  readonly #changes: Changes;
  /** 1, or less in tests. */
  readonly #pace: number;
  #identities: (string | undefined)[];
  #watch: FolderWatch | undefined;
  #polls = false;
  #isFirst = true;
  /** A destination isn't in step. */
  #owesSync = false;
  #failures = 0;
  readonly #timer: NodeJS.Timeout;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: WatchOptions, places: readonly Place[]) {
    this.#options = options;
    this.#places = places;
    this.#pace = (options.calmMs ?? calmMs) / calmMs;
    const pace = { calmMs: calmMs * this.#pace, mostMs: mostMs * this.#pace };
    this.#changes = new Changes({ ...pace, signal: options.signal });
    this.#identities = places.map(({ path }) => identityOf(path));
    this.#timer = setInterval(() => this.#lookAtPlaces(), placesMs * this.#pace);
  }

  async run(): Promise<never> {
    const { polls = false, told } = this.#options;
    this.#polls = polls || (await Promise.all(this.#places.map(({ path }) => isSilent(path)))).includes(true);
    await this.#open();
    await this.#update();
    told.watching(
      this.#places.map(({ shown }) => shown),
      this.#polls,
    );
    for (;;) {
      const mustReopen = await this.#changes.taken();
      if (mustReopen) await this.#open();
      await this.#update();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    this.#changes.close();
    await this.#watch?.close();
  }

  /** Watches all that is there now. What was watched before is let go when all of it is watched again. */
  async #open(): Promise<void> {
    const before = this.#watch;
    const places = this.#places.filter((_, index) => this.#identities[index] !== undefined);
    if (places.length === 0) return;
    let isExhausted = false;
    this.#watch = await FolderWatch.open({
      places,
      isLeftOut: leftOutBy(this.#options, this.#places),
      pollMs: this.#polls ? pollMs * this.#pace : undefined,
      follow: this.#options.settings.follow,
      onChange: (isFolder) => this.#changes.note(isFolder),
      onExhausted: () => {
        isExhausted = true;
      },
    });
    await before?.close();
    if (!isExhausted || this.#polls) return;
    this.#polls = true;
    await this.#open();
  }

  /** A folder may have been unmounted, moved away, or made anew. */
  #lookAtPlaces(): void {
    for (const [index, { path, shown }] of this.#places.entries()) {
      const identity = identityOf(path);
      if (identity === this.#identities[index]) continue;
      if (identity === undefined) this.#options.told.gone(shown);
      this.#identities[index] = identity;
      this.#changes.note(true);
    }
  }

  async #update(): Promise<void> {
    const { signal } = this.#options;
    clearTimeout(this.#retry);
    try {
      await this.#ingest();
      this.#failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (this.#isFirst && !mayPass(error)) throw error;
      if (!mayPass(error) && !(error instanceof UsageError)) throw error;
      this.#tellFailure(error);
    }
  }

  async #ingest(): Promise<void> {
    const { told, polls: _, calmMs: __, takeOver, fromFile, rebuild, prune, ...rest } = this.#options;
    const there = this.#places.filter((_, index) => this.#identities[index] !== undefined);
    // The first update says what isn't there.
    const read = this.#isFirst ? this.#places : there;
    if (read.length === 0) return;
    const sources = read.flatMap(({ source }) => source?.name ?? []);
    const named =
      sources.length > 0 ? { paths: [], choose: sources } : { paths: read.map(({ shown }) => shown) };
    const first = this.#isFirst ? { rebuild, prune } : { wait: true };
    const result = await ingest({ ...rest, ...named, ...first });
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    told.updated(result, isFirst);
    const { settings, cwd, signal, events, allowRemovals } = rest;
    if (settings.sync.length === 0 || !(isFirst || this.#owesSync || result.summary.changed)) return;
    this.#owesSync = true;
    const part = { settings, cwd, signal, events, allowRemovals, takeOver, fromFile, wait: true };
    const synced = await sync({ ...part, rebuild: isFirst && rebuild });
    told.synced(synced);
    const errors = synced.destinations.flatMap(({ error }) => error ?? []);
    this.#owesSync = errors.length > 0;
    const lasting = errors.find((error) => !mayPass(error));
    if (lasting !== undefined) throw lasting;
    if (errors[0] !== undefined) throw errors[0];
  }

  #tellFailure(error: EmbedError): void {
    const { told } = this.#options;
    if (!mayPass(error)) {
      told.failed(error, undefined);
      return;
    }
    const seconds = Math.min(maxRetryS, firstRetryS * 2 ** this.#failures++);
    told.failed(error, seconds);
    this.#retry = setTimeout(() => this.#changes.note(false), 1000 * seconds);
  }
}

/** Whether the same may go well later. */
function mayPass(error: unknown): error is EmbedError {
  return error instanceof ServiceError || error instanceof DestinationError || error instanceof LockedError;
}

/** @throws {UsageError} for standard input, which ends */
function placesOf({ paths = [], choose = [], settings, cwd = process.cwd() }: WatchOptions): Place[] {
  if (paths.includes('-')) {
    throw new UsageError('Standard input can not be watched: leave out --watch, or name files and folders.');
  }
  if (paths.length === 0) {
    return settings.sources
      .filter(({ name }) => choose.length === 0 || choose.includes(name))
      .map((source) => ({ ...placeAt(resolve(cwd, source.path)), shown: source.path, source }));
  }
  return paths.map((shown) => {
    const path = resolve(cwd, shown);
    if (identityOf(path) !== undefined || !isPattern(shown)) return { ...placeAt(path), shown };
    return { ...placeAt(patternOrigin(shown, cwd).base), shown };
  });
}

function placeAt(path: string): WatchedPlace {
  return { path, isFolder: !isFile(path) };
}

const ignoreFiles: readonly string[] = [gitignoreName, embedignoreName];

/** What a run leaves out anyway, and what it writes itself: the output, files and folders of destinations, the cache. */
function leftOutBy(
  { settings, cwd = process.cwd() }: WatchOptions,
  places: readonly WatchedPlace[],
): (path: string) => boolean {
  const own = [
    resolve(cwd, settings.out),
    ...settings.sync.flatMap((address) => pathOf(address, cwd)?.path ?? []),
    ...(settings.cacheDir === undefined ? [] : [resolve(cwd, settings.cacheDir)]),
  ];
  return (path) => {
    if (own.some((one) => isIn(path, one))) return true;
    const place = places.find(({ path: top }) => isIn(path, top));
    const names = path.slice((place?.path ?? dirname(path)).length).split(sep);
    return names.some(
      (name) => name === 'node_modules' || (name.startsWith('.') && !ignoreFiles.includes(name)),
    );
  };
}
