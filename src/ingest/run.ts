// src/ingest: one run, from the walk of the paths to the commit of the output.
//
// In: paths and settings. Out: a RunResult, and an output in place. Steps: lock the output, survey the paths
// (survey/), guard against removing too much, pass documents through the stages (pipeline.ts), commit.
// What must hold: when nothing changed, nothing is written and no server is contacted; a run that fails or is killed
// leaves the old output whole; only documents that are surely gone lose their rows.
import { debug } from '../debug.js';
import { VectorSpaceError } from '../errors.js';
import { eventsFor, noEvents, type RunEvents } from '../events.js';
import { isChanged } from '../fault-policy.js';
import type { Lock } from '../output/lock/lock.js';
import type { Output } from '../output/read/output.js';
import { ownedBy, shardFolder } from '../output/shards/shard.js';
import { openWriter } from '../output/write/writer.js';
import { FailureReport } from './failure-report.js';
import { KnownFailures } from './known-failures.js';
import { LanguageSample } from './language-sample.js';
import { largeLinesNotice } from './large-lines.js';
import type { RunOptions, RunResult } from './options.js';
import {
  newlyPinned,
  pinnedBy,
  pinnedSplitter,
  refuseOtherChunks,
  refuseOtherDtype,
  refuseOtherEmbedder,
} from './pinned.js';
import { runPipeline } from './pipeline.js';
import { type Prepared, prepare } from './prepare.js';
import { openPart, openPrevious, type Place, type Remade, remadeFrom } from './previous.js';
import { RunCounts } from './run-counts.js';
import { Topic } from './sample-question.js';
import type { Session } from './session.js';
import { Judgement } from './stages/judgement.js';
import { read } from './stages/read.js';
import { limitsInWords, limitsOf } from './stages/read-options.js';
import { summarize } from './summary.js';
import { ReadingList } from './survey/reading-list.js';
import { guardRemovals } from './survey/removal-guard.js';
import type { SurveyResult } from './survey/survey.js';
import { TimeWindow, type Unfinished } from './time-window.js';

/** One run from the walk to the commit. */
export class Run {
  /** The folder of its output; that of its shard, where it takes one. */
  readonly out: string;
  /** The folder of the whole output. */
  readonly whole: string;
  readonly #isOwn: ((source: string) => boolean) | undefined;
  readonly #options: RunOptions;
  readonly #signal: AbortSignal;
  readonly #counts: RunCounts;
  readonly #events: RunEvents;
  readonly #started = performance.now();
  readonly #report: FailureReport;
  readonly #topic = new Topic();
  readonly #languages = new LanguageSample();
  readonly #prune: boolean;
  readonly #reading: ReadingList;
  readonly #window: TimeWindow;
  #session: Promise<Session> | undefined;

  private constructor(options: RunOptions, { whole, named, stdin }: Prepared) {
    const { settings, shard, signal = new AbortController().signal } = options;
    this.#options = options;
    this.#signal = signal;
    this.#counts = options.counts ?? new RunCounts();
    const { retryFailed: retry, rebuild } = options;
    const known = new KnownFailures({ limits: limitsInWords(settings), retry, rebuild });
    this.#report = new FailureReport(known, this.#counts);
    this.#events = eventsFor(options.events);
    this.#window = new TimeWindow(options.until);
    this.#prune = options.prune ?? false;
    this.whole = whole;
    this.out = shard === undefined ? whole : shardFolder(whole, shard);
    this.#isOwn = shard && ownedBy(shard);
    const findsMoved = !options.rebuild && options.limit === undefined;
    const given = { settings, whole, signal, isOwn: this.#isOwn, prune: this.#prune, findsMoved };
    const told = { counts: this.#counts, events: this.#events };
    this.#reading = new ReadingList(named, stdin, { ...given, ...told });
  }

  /**
   * @throws {UsageError} when a path doesn't exist, or standard input is empty
   * @throws {OutputError} when the output's folder holds other files
   */
  static async prepare(options: RunOptions): Promise<Run> {
    return new Run(options, await prepare(options));
  }

  /**
   * Counts what a run would do.
   * @throws {UsageError | VectorSpaceError | DamagedOutputError} what the run would refuse
   */
  async plan(): Promise<RunResult> {
    const previous = (await openPrevious(this.#place)) ?? (await openPart(this.#place));
    try {
      const surveyed = await this.#reading.survey(previous);
      const { removed, unlisted } = surveyed;
      const known = this.#options.rebuild ? undefined : previous;
      await this.#report.recall(known, this.#reading.named, surveyed);
      await this.#guard(known ? removed : unlisted, surveyed, previous, known);
      refuseOtherEmbedder(this.#options.settings, known);
      refuseOtherChunks(this.#options, known);
      refuseOtherDtype(this.#options, known);
      const { planned } = await import('./dry-run.js');
      const estimated = await planned(this.#reading.listing.again(), {
        ...this.#readOptions(known, { ...surveyed, removed }),
        out: this.out,
        settings: this.#options.settings,
        remade: await remadeFrom(this.#place, previous),
        report: this.#report,
        signal: this.#signal,
        estimates: this.#options.estimate ?? false,
        begun: this.#started,
      });
      this.#reading.refuseNothing(previous, this.#report.total);
      await this.#guard(removed, surveyed, known, known);
      const result = await this.#result(known, false, surveyed);
      result.summary.dryRun = true;
      if (estimated) result.summary.estimate = estimated;
      return result;
    } finally {
      await previous?.close();
    }
  }

  get #place(): Place {
    const { shard, rebuild = false } = this.#options;
    return { out: this.out, whole: this.whole, shard, rebuild, signal: this.#signal };
  }

  /** @returns the result; `mustRemove` when documents are gone that another update without a time window must remove */
  async update(lock: Lock): Promise<RunResult & { mustRemove: boolean }> {
    const { rebuild = false, settings } = this.#options;
    const previous = await openPrevious(this.#place);
    try {
      const surveyed = await this.#reading.survey(previous);
      const { unlisted } = surveyed;
      const known = rebuild ? undefined : previous;
      const remade = await remadeFrom(this.#place, previous);
      await this.#report.recall(known, this.#reading.named, surveyed);
      await this.#guard(known ? surveyed.removed : unlisted, surveyed, previous, known);
      // Only who has seen all documents can tell that one is gone, and not at another place.
      const isRemovingLater = known !== undefined && this.#window.isSet && surveyed.removed.size > 0;
      const [removed, leaving] = isRemovingLater
        ? [new Set<string>(), new Set<string>()]
        : [surveyed.removed, surveyed.leaving];
      refuseOtherEmbedder(settings, known);
      refuseOtherChunks(this.#options, known);
      refuseOtherDtype(this.#options, known);
      const session = () => this.#openSession(known, remade);
      // A first run needs a vector space. Later runs use the output's, and may need no embedder.
      const pinned = known ? pinnedBy(known) : newlyPinned(await session(), settings.dtype ?? remade?.dtype);
      if (rebuild) await this.#report.recallReplaced(previous, pinned.space.id);
      const writer = await openWriter(this.out, {
        previous: known,
        ...pinned,
        formats: settings.format,
        roots: this.#reading.named.labels,
        shard: this.#options.shard,
        leaving,
        lock,
      });
      try {
        debug.run?.('reading');
        const judgement = new Judgement(known, settings.generated);
        await runPipeline(this.#reading.listing.again(), writer, {
          ...this.#readOptions(known, { ...surveyed, removed }),
          judgement,
          session,
          report: this.#report,
          topic: this.#topic,
          languages: this.#languages,
          signal: this.#signal,
          window: this.#window,
        });
        const unfinished = this.#window.unfinished(this.#counts.bytes);
        if (unfinished !== undefined && this.#hasNothingYet(known)) {
          await writer.abort();
          return await this.#result(known, false, surveyed, { unfinished });
        }
        if (unfinished === undefined) this.#reading.refuseNothing(previous, this.#report.total);
        // Records may be gone from their files, which the survey can't see.
        await this.#guard(removed, surveyed, known, known);
        for (const failure of this.#report.staying(this.#reading.named, this.#prune, surveyed))
          writer.fail(failure);
        debug.run?.('committing');
        const { changed, lineBytes } = await writer.commit({
          keepJournal: this.#options.limit !== undefined || unfinished !== undefined,
          judged: judgement.rules,
        });
        debug.output?.(changed ? 'committed' : 'nothing to commit');
        const large = largeLinesNotice(settings.format, lineBytes, known?.manifest);
        if (large !== undefined) this.#events.notice(large, 'large-lines');
        const language = pinned.space.embedder === 'builtin' ? await this.#languages.warning() : undefined;
        if (language !== undefined) this.#events.warning(language, 'other-language');
        const mustRemove = isRemovingLater && unfinished === undefined;
        return await this.#result(known, changed, surveyed, { unfinished, mustRemove });
      } catch (error) {
        await writer.abort();
        throw error;
      }
    } catch (error) {
      // The model that made the output was replaced: that is not an outage, and waiting doesn't help.
      if (isChanged(error) && error instanceof Error) throw new VectorSpaceError(error.message);
      throw error;
    } finally {
      await previous?.close();
      await this.#session?.then((session) => session.close()).catch(() => undefined);
    }
  }

  /**
   * @param all sources whose rows would go
   * @param known the output that the run continues; undefined when it starts again from nothing
   * @throws {UsageError} when too many documents would be removed
   */
  async #guard(
    all: ReadonlySet<string>,
    surveyed: SurveyResult,
    previous: Output | undefined,
    known: Output | undefined,
  ): Promise<void> {
    if (!previous || this.#options.allowRemovals) return;
    const { leftOut, renamed } = surveyed;
    const gone = renamed.size === 0 ? all : new Set([...all].filter((source) => !renamed.has(source)));
    await guardRemovals(gone, leftOut, previous, () =>
      read(this.#reading.listing.again(), {
        ...this.#readOptions(known, { ...surveyed, removed: new Set(gone), leftOut: new Set(leftOut) }),
        counts: new RunCounts(),
        events: noEvents,
      }),
    );
  }

  /** What is done so far is no output: a part of a rebuild, or of a first run nothing. */
  #hasNothingYet(known: Output | undefined): boolean {
    return known === undefined && (this.#options.rebuild === true || this.#counts.documentsNew === 0);
  }

  #readOptions(
    previous: Output | undefined,
    { removed, leftOut, oldNames }: Pick<SurveyResult, 'removed' | 'leftOut' | 'oldNames'>,
  ) {
    return {
      previous,
      ...{ removed, leftOut, oldNames },
      sameSplitter: previous?.manifest.chunking.splitter === pinnedSplitter,
      limit: this.#options.limit ?? Number.POSITIVE_INFINITY,
      counts: this.#counts,
      knownFailures: this.#report.knownFailures,
      isOwn: this.#isOwn,
      generated: this.#options.settings.generated,
      maxFileSize: this.#options.settings.maxFileSize,
      readerLimits: limitsOf(this.#options.settings),
      signal: this.#signal,
      events: this.#events,
    };
  }

  #openSession(previous: Output | undefined, remade: Remade | undefined): Promise<Session> {
    const { settings, pull } = this.#options;
    const told = { counts: this.#counts, signal: this.#signal, events: this.#events };
    // Loaded here, since a run that finds nothing new needs no embedder and no cache.
    this.#session ??= import('./session.js').then(({ Session }) =>
      Session.open({ settings, out: this.out, previous, remade, pull, ...told }),
    );
    return this.#session;
  }

  async #result(
    previous: Output | undefined,
    changed: boolean,
    surveyed: SurveyResult,
    { unfinished, mustRemove = false }: { unfinished?: Unfinished | undefined; mustRemove?: boolean } = {},
  ): Promise<RunResult & { mustRemove: boolean }> {
    const { shard, rebuild, settings } = this.#options;
    const { elsewhere, hidden, pruned, moved } = surveyed;
    const kept = rebuild ? { elsewhere: [], hidden: [], pruned: [] } : { elsewhere, hidden, pruned };
    const session = await this.#session;
    const embedder = session?.embedder.identity ?? previous?.space;
    const summary = summarize(this.#counts, {
      out: shard === undefined ? settings.out : shardFolder(settings.out, shard),
      shard,
      changed,
      unfinished,
      ...kept,
      moved,
      seconds: (performance.now() - this.#started) / 1000,
      embedder,
      cacheRefused: session?.metrics.cacheRefusals ?? 0,
    });
    const question = changed && summary.documents.new > 0 ? this.#topic.best : undefined;
    const { told: failures, news: newFailures, known: knownFailures } = this.#report;
    const settledFailures = this.#report.settled(this.#reading.named, this.#prune, surveyed);
    return { summary, failures, newFailures, knownFailures, settledFailures, question, mustRemove };
  }
}
