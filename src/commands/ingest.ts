// `embed ingest` without its flags: what the command line, the library and the tests all call.
import { dirname, resolve } from 'node:path';
import { SPLITTER_VERSION } from '../chunks/split.js';
import { redisSettings } from '../config/redis.js';
import type { Settings } from '../config/settings.js';
import { type Root, resolveRoots } from '../documents/walk/roots.js';
import { sourceOf } from '../documents/walk/source.js';
import { type WalkEntry, walk } from '../documents/walk/walk.js';
import { DamagedOutputError, UsageError } from '../errors.js';
import { recover } from '../outputs/commit.js';
import { acquireLock, type Lock } from '../outputs/lock.js';
import { type Output, openOutput } from '../outputs/output.js';
import { openWriter } from '../outputs/writer.js';
import { RunCounts } from '../pipeline/counts.js';
import { runPipeline } from '../pipeline/pipeline.js';
import { countPlan } from '../pipeline/plan.js';
import { Session } from '../pipeline/session.js';
import { readStandardInput, STDIN_ROOT, withStandardInput } from '../pipeline/stdin.js';
import { type IngestSummary, summarize } from '../pipeline/summary.js';
import { guardRemovals, survey } from '../pipeline/survey.js';
import type { Failure } from '../types.js';
import { suggestQuestion } from './suggest.js';

export interface IngestOptions {
  /** Files, folders, globs, or `-` for JSON Lines on standard input. */
  paths: readonly string[];
  settings: Settings;
  /** Folder that relative paths start from. */
  cwd?: string;
  /** Files read at most. */
  limit?: number | undefined;
  /** Let more than half of the documents go. */
  allowRemovals?: boolean | undefined;
  /** Make the output anew. */
  rebuild?: boolean | undefined;
  /** Pull a missing model. */
  pull?: boolean | undefined;
  /** Wait for another run's lock. */
  wait?: boolean | undefined;
  /** Only count what would be done: nothing is written, nobody is contacted. */
  dryRun?: boolean | undefined;
  /** What the path `-` reads. */
  stdin?: AsyncIterable<Uint8Array>;
  signal?: AbortSignal;
  /** Live numbers of the run, for whoever shows progress. */
  counts?: RunCounts;
  onNotice?(message: string): void;
  onWarning?(message: string): void;
  onSkip?(reason: string, path: string): void;
  onPull?(status: string, completed: number, total: number): void;
}

export interface IngestResult {
  summary: IngestSummary;
  /** Documents and chunks that failed, tried again by the next run. */
  failures: Failure[];
  /** A question that the new index should answer; only after documents were added. */
  question?: string | undefined;
}

/**
 * Brings the output up to date with what `paths` hold.
 * @throws {UsageError} paths that don't exist, nothing to read, more than half of the documents gone
 * @throws {LockedError} another run works on the output
 * @throws {ServiceError} a service asked for by name can't be reached, or the server died on the way
 * @throws {VectorSpaceError | DamagedOutputError} the output can't be continued
 */
export async function ingest(options: IngestOptions): Promise<IngestResult> {
  const { settings, cwd = process.cwd(), signal = new AbortController().signal } = options;
  const run = new IngestRun(options, resolve(cwd, settings.out), signal);
  await run.findRoots(cwd);
  if (options.dryRun) return run.plan();
  const lock = await acquireLock(run.out, {
    wait: options.wait ?? false,
    signal,
    onWait: (owner) =>
      options.onNotice?.(`Waiting for process ${owner.pid} on ${owner.host}, which works on the output.`),
  });
  try {
    await recover(run.out);
    return await run.update(lock);
  } finally {
    await lock.release();
  }
}

/** One run from the walk to the commit. */
class IngestRun {
  readonly out: string;
  readonly #options: IngestOptions;
  readonly #signal: AbortSignal;
  readonly #counts: RunCounts;
  readonly #started = performance.now();
  readonly #failures: Failure[] = [];
  #roots: Root[] = [];
  #stdin: Buffer | undefined;
  #session: Promise<Session> | undefined;

  constructor(options: IngestOptions, out: string, signal: AbortSignal) {
    this.#options = options;
    this.out = out;
    this.#signal = signal;
    this.#counts = options.counts ?? new RunCounts();
  }

  async findRoots(cwd: string): Promise<void> {
    const { paths, stdin } = this.#options;
    this.#roots = await resolveRoots(paths, cwd, dirname(this.out));
    if (paths.includes(STDIN_ROOT) && stdin) this.#stdin = await readStandardInput(stdin);
  }

  /** Counts what a run would do. */
  async plan(): Promise<IngestResult> {
    const previous = await this.#openPrevious();
    try {
      const removed = await this.#survey(previous);
      const known = this.#options.rebuild ? undefined : previous;
      await countPlan(this.#walk(), {
        ...this.#readOptions(known, removed),
        settings: this.#options.settings,
        failures: this.#failures,
      });
      return this.#result(known, false);
    } finally {
      await previous?.close();
    }
  }

  async update(lock: Lock): Promise<IngestResult> {
    const { allowRemovals = false, rebuild = false, settings } = this.#options;
    const previous = await this.#openPrevious();
    try {
      const removed = await this.#survey(previous);
      guardRemovals(removed.size, previous, allowRemovals);
      const known = rebuild ? undefined : previous;
      refuseOtherChunks(settings, known);
      const session = () => this.#openSession(known);
      // A first run needs a vector space to write; later ones take the output's and may need no embedder.
      const { space, chunking } = known ? fromOutput(known) : fromSession(await session());
      const writer = await openWriter(this.out, {
        previous: known,
        space,
        chunking,
        formats: settings.format,
        roots: this.#roots.map((root) => root.label),
        lock,
      });
      try {
        await runPipeline(this.#walk(), writer, {
          ...this.#readOptions(known, removed),
          session,
          failures: this.#failures,
          signal: this.#signal,
        });
        guardRemovals(this.#counts.documentsRemoved, known, allowRemovals);
        const { changed } = await writer.commit({ keepJournal: this.#options.limit !== undefined });
        return this.#result(known, changed);
      } catch (error) {
        await writer.abort();
        throw error;
      }
    } finally {
      await previous?.close();
      await this.#session?.then((session) => session.close()).catch(() => undefined);
    }
  }

  /** The output as it is; a damaged one counts as none when it is made anew anyway. */
  async #openPrevious(): Promise<Output | undefined> {
    try {
      return await openOutput(this.out);
    } catch (error) {
      if (this.#options.rebuild && error instanceof DamagedOutputError) return undefined;
      throw error;
    }
  }

  async #survey(previous: Output | undefined): Promise<Set<string>> {
    const { settings } = this.#options;
    let tooLarge = false;
    const entries = this.#walk((reason, path) => {
      if (reason === 'too-large') tooLarge = true;
      if (COUNTED_SKIPS.has(reason)) {
        this.#counts.skipped++;
        this.#options.onSkip?.(reason, path);
      }
    });
    const removed = await survey(entries, {
      previous,
      filtered: () => tooLarge || settings.include.length > 0 || settings.exclude.length > 0,
      base: dirname(this.out),
      searched: this.#roots.flatMap(({ glob }) => (glob ? [sourceOf(glob.base, dirname(this.out))] : [])),
      counts: this.#counts,
    });
    if (this.#counts.files === 0 && !previous) {
      throw new UsageError(
        `Nothing to ingest in ${this.#options.paths.join(', ')}: no readable document there (ignore files, --include and --exclude may hide some).`,
      );
    }
    return removed;
  }

  #walk(onSkip?: (reason: string, path: string) => void): AsyncIterable<readonly WalkEntry[]> {
    const { settings } = this.#options;
    const files = walk(this.#roots, {
      base: dirname(this.out),
      include: settings.include,
      exclude: settings.exclude,
      gitignore: settings.gitignore,
      maxFileSize: settings.maxFileSize,
      outputDir: this.out,
      signal: this.#signal,
      ...(onSkip && { onSkip }),
    });
    return withStandardInput(files, this.#stdin);
  }

  #readOptions(previous: Output | undefined, removed: Set<string>) {
    return {
      previous,
      removed,
      sameSplitter: previous?.manifest.chunking.splitter === SPLITTER,
      limit: this.#options.limit ?? Number.POSITIVE_INFINITY,
      counts: this.#counts,
    };
  }

  #openSession(previous: Output | undefined): Promise<Session> {
    const { settings, onNotice, onWarning, onPull, pull } = this.#options;
    const warn = (message: string) => onWarning?.(message);
    this.#session ??= Session.open({
      settings,
      out: this.out,
      previous,
      cacheOptions: {
        redis: redisSettings(settings),
        disk: { folder: settings.cacheDir, maxBytes: settings.cacheMaxSize },
        onWarning: warn,
      },
      counts: this.#counts,
      signal: this.#signal,
      onNotice: (message) => onNotice?.(message),
      onWarning: warn,
      onPull: pull ? (onPull ?? (() => undefined)) : undefined,
    });
    return this.#session;
  }

  async #result(previous: Output | undefined, changed: boolean): Promise<IngestResult> {
    const embedder = this.#session ? (await this.#session).embedder.identity : previous?.space;
    const summary = summarize(this.#counts, {
      out: this.#options.settings.out,
      changed,
      seconds: (performance.now() - this.#started) / 1000,
      embedder,
    });
    return { summary, failures: this.#failures, question: changed ? await this.#question() : undefined };
  }

  async #question(): Promise<string | undefined> {
    if (this.#counts.documentsNew === 0) return undefined;
    const output = await openOutput(this.out);
    try {
      return output && (await suggestQuestion(output));
    } finally {
      await output?.close();
    }
  }
}

/** Reasons worth a line in the summary; hidden and ignored entries are what everyone expects. */
const COUNTED_SKIPS: ReadonlySet<string> = new Set(['binary', 'too-large', 'broken-link', 'special']);

/** As the manifest pins it. */
const SPLITTER = String(SPLITTER_VERSION);

type Made = Pick<Output, 'space'> & { chunking: Output['manifest']['chunking'] };

function fromOutput(output: Output): Made {
  return { space: output.space, chunking: { ...output.manifest.chunking, splitter: SPLITTER } };
}

function fromSession({ space, chunking }: Session): Made {
  const { size, overlap, counter } = chunking;
  return { space, chunking: { size, overlap, counter: counter.id, splitter: SPLITTER } };
}

/** One output holds chunks of one making. */
function refuseOtherChunks(settings: Settings, previous: Output | undefined): void {
  if (!previous) return;
  const { size, overlap } = previous.manifest.chunking;
  const other =
    settings.chunkSize !== undefined && settings.chunkSize !== size
      ? `--chunk-size ${settings.chunkSize} differs from the output's ${size}`
      : settings.chunkOverlap !== undefined && settings.chunkOverlap !== overlap
        ? `--chunk-overlap ${settings.chunkOverlap} differs from the output's ${overlap}`
        : undefined;
  if (other) throw new UsageError(`${other}: use --rebuild to chunk all documents anew.`);
}
