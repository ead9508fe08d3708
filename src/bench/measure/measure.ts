// src/bench: measures what batching gains on a server, and which settings are best.
//
// In: servers, models, texts, a time limit. Out: a report (report/). This folder measures: it opens the targets; some
// rounds choose the best settings, and other rounds measure how good these are. plan.ts decides how much to measure,
// rounds.ts and trial.ts run it, statistics/ computes the intervals, save/ writes the result into `.batchrc`.
// What must hold: the time limit is kept; all settings of a comparison get the same texts, in the same rounds, in
// random order; the rounds that choose a setting never measure how good it is.

import type { Settings } from '../../config/settings.js';
import { ServiceError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import { isOfOpenAi, withoutApi } from '../../net/server-api.js';
import { maskAddress } from '../../text/masked-address.js';
import type { EmbedderIdentity } from '../../types/embedder.js';
import { type Random, randomFrom, shuffled } from '../statistics/random.js';
import { type Sample, sampleTexts } from '../texts/sample.js';
import type { Candidate, Grid } from './candidates.js';
import { ScratchCache } from './own-cache.js';
import { chooseShare, type Effort, ofRoom, planCheck, planChoice, roundSeconds, type Task } from './plan.js';
import { Rounds } from './rounds.js';
import { Target } from './target.js';
import { Entry, extents, type TargetResult } from './target-results.js';

export interface MeasureOptions {
  /** Files, folders and globs; none: the bundled texts. */
  paths: readonly string[];
  /** Settings for all targets. */
  settings: Settings;
  /** Servers and models, each opened on its own; what is left out is as the settings have it. */
  targets: readonly { url?: string | undefined; model?: string | undefined }[];
  effort: Effort;
  /** For all together, in ms. */
  timeLimitMs: number;
  /** Decides orders and resamples. */
  seed: number;
  cwd: string;
  signal: AbortSignal;
  /** Have a server pull its model when it lacks it. @default false */
  pull?: boolean | undefined;
  /** What must hold before anything is measured. @default nothing */
  requirements?: Requirements | undefined;
  events: BenchEvents;
}

/** Each may throw to end the measurement before it begins. */
export interface Requirements {
  ofModels(targets: readonly Pick<EmbedderIdentity, 'embedder' | 'model'>[]): void;
  /** @param hash of all texts */
  ofTexts(hash: string): void;
}

/** What happens during a measurement. */
export interface BenchEvents extends RunEvents {
  /**
   * It goes on.
   * @param done 0 to 1, of the whole measurement
   * @param step the present one, in a few words
   */
  progress(done: number, step: string): void;
}

export interface Measurement {
  results: readonly TargetResult[];
  sample: Sample;
  /** Why it ended early; undefined when it is complete. */
  ended: 'time-limit' | 'server-down' | undefined;
  seconds: number;
}

/** The time is over; the measurements so far count. */
class TimeIsUp extends Error {}

/** Share of the time limit to plan for, as estimates may be a little low. */
const plannedShare = 0.9;

/** Min rounds that check; with fewer, the interval is wide. */
const minChecks = 4;

/**
 * @throws {ServiceError} when a server can't be reached, lacks its model, or answers nothing within the time
 * @throws {UsageError} when paths don't exist or hold no text
 * @throws the signal's reason
 */
export async function measure(options: MeasureOptions): Promise<Measurement> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(new TimeIsUp()), options.timeLimitMs);
  const bench = new Bench(options, AbortSignal.any([options.signal, control.signal]));
  try {
    return await bench.run();
  } finally {
    clearTimeout(timer);
    await bench.close();
  }
}

class Bench {
  readonly #options: MeasureOptions;
  readonly #signal: AbortSignal;
  readonly #random: Random;
  readonly #start = performance.now();
  readonly #entries: Entry[] = [];
  readonly #rounds: Rounds;
  /** Where the progress of the current round begins, and how much of all it is. */
  #span = { from: 0, length: 0 };
  #done = 0;

  constructor(options: MeasureOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#random = randomFrom(options.seed);
    this.#rounds = new Rounds({
      settings: options.settings,
      random: this.#random,
      signal,
      onProgress: (done, text) => this.#tell(this.#span.from + this.#span.length * done, text),
    });
  }

  async run(): Promise<Measurement> {
    let sample: Sample | undefined;
    let ended: Measurement['ended'];
    try {
      await this.#openTargets();
      sample = await this.#takeTexts();
      await this.#choose();
      await this.#check();
      if (this.#entries.some((entry) => entry.down)) ended = 'server-down';
    } catch (error) {
      // Our own time is over, unless the caller has aborted.
      if (this.#options.signal.aborted || !(this.#signal.reason instanceof TimeIsUp)) throw error;
      if (!sample || !this.#entries.some((entry) => entry.measured)) throw this.#nothingMeasured();
      ended = 'time-limit';
    }
    for (const entry of this.#entries) if (!entry.chosen) entry.chooseBest();
    return { results: this.#entries, sample, ended, seconds: this.#elapsed };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.map(({ target }) => target.close()), this.#rounds.cache?.close()]);
  }

  async #openTargets(): Promise<void> {
    const { settings, targets, events, pull } = this.#options;
    for (const { url, model } of targets) {
      this.#tell(
        0,
        `opening ${[model, url && maskAddress(url)].filter(Boolean).join(' at ') || 'the embedder'}`,
      );
      const own = { ...settings, ...(url && serverOf(settings, url)), ...(model && { model }) };
      const target = await Target.open({ settings: own, signal: this.#signal, events, pull });
      this.#entries.push(new Entry(target));
    }
    this.#options.requirements?.ofModels(this.#entries.map(({ target }) => target.embedder.identity));
  }

  async #takeTexts(): Promise<Sample> {
    const { paths, settings, cwd } = this.#options;
    const targets = this.#entries.map(({ target }) => target);
    const room = Math.min(...targets.map(({ embedder }) => embedder.defaultChunkTokens));
    const sample = await sampleTexts({
      paths,
      settings,
      cwd,
      chunking: {
        size: settings.chunkSize ?? room,
        overlap: settings.chunkOverlap ?? 0,
        headings: settings.context === 'headings',
        counter: targets[0]!.embedder.counter,
      },
      fits: (text) => targets.every((target) => target.fits(text)),
      random: this.#random,
      signal: this.#signal,
    });
    this.#options.requirements?.ofTexts(sample.hash);
    for (const target of targets) {
      this.#tell(0.02, `a first look at ${target.name}`);
      target.useTexts(sample.texts);
      await target.warmUp(Math.max(...this.#options.effort.grids[0]!.concurrencies), this.#signal);
      await target.look((this.#secondsLeft * 1000 * 0.1) / targets.length, this.#signal);
    }
    return sample;
  }

  /** Measures all settings, one target after the other, so that a server need not keep two models in memory. */
  async #choose(): Promise<void> {
    const { effort, settings } = this.#options;
    const also: Grid = {
      sizes: settings.batchSize === undefined ? [] : [settings.batchSize],
      concurrencies: settings.concurrency === undefined ? [] : [settings.concurrency],
    };
    const share = (this.#secondsLeft * chooseShare) / this.#entries.length;
    for (const [place, entry] of this.#entries.entries()) {
      const end = this.#elapsed + share;
      const adaptive = entry.target.embedder.identity.embedder !== 'builtin';
      const { room } = entry.target.embedder.slots ?? {};
      const own = room === undefined ? effort : ofRoom(effort, room);
      const { plan, rounds } = planChoice(own, entry.target.cost, share, { adaptive, also });
      for (let round = 0; round < rounds; round++) {
        const start = this.#elapsed;
        const length = 0.5 / this.#entries.length / rounds;
        this.#span = { from: 0.05 + length * (place * rounds + round), length };
        await this.#rounds.run(entry, plan, { phase: 'choose', round });
        // On a busy server they take longer than planned, but the rounds that check need their time, too.
        if (this.#elapsed + (this.#elapsed - start) / 2 > end) break;
      }
      entry.chooseBest();
    }
  }

  /** Measures the remaining settings, with all targets in each round. */
  async #check(): Promise<void> {
    const { effort, settings } = this.#options;
    if (settings.cache !== 'none') this.#rounds.cache = await ScratchCache.open(this.#options.events);
    const budget = this.#secondsLeft / this.#entries.length;
    const { plans, rounds } = this.#planChecks(budget, effort);
    for (let round = 0; round < rounds || this.#mayTellMore(plans, round); round++) {
      const order = shuffled(plans, this.#random);
      for (const [place, { entry, plan }] of order.entries()) {
        if (entry.down) continue;
        // The server may have unloaded its model for that of another target.
        if (plans.length > 1) await entry.target.warmUp(1, this.#signal);
        const length = 0.45 / rounds / plans.length;
        this.#span = { from: Math.min(0.99, 0.55 + length * (round * plans.length + place)), length };
        await this.#rounds.run(entry, plan, { phase: 'check', round });
      }
    }
  }

  /** As many rounds as there is time for; with time for only a few, of fewer settings. */
  #planChecks(budget: number, effort: Effort): { plans: CheckPlan[]; rounds: number } {
    const fewest = Math.min(minChecks, effort.checkRounds);
    for (const extent of this.#rounds.cache ? extents : extents.slice(1)) {
      for (let rounds = effort.checkRounds; rounds >= fewest; rounds--) {
        const seconds = budget / rounds;
        const plans = this.#entries.map((entry): CheckPlan => {
          const speed = (candidate: Candidate) => entry.speedOf(candidate);
          const plan = planCheck(effort, entry.finalists(extent), seconds, speed);
          return { entry, plan, seconds: roundSeconds(plan, speed) };
        });
        const fit = plans.every((one) => one.seconds <= seconds);
        if (fit || (extent === 'least' && rounds === fewest)) return { plans, rounds };
      }
    }
    return { plans: [], rounds: 0 };
  }

  /** True when there is time for another round, and a question is open. */
  #mayTellMore(plans: readonly CheckPlan[], rounds: number): boolean {
    const { checkRounds, mostRounds = checkRounds } = this.#options.effort;
    if (rounds >= mostRounds) return false;
    const seconds = plans.reduce((sum, one) => sum + one.seconds, 0);
    return this.#secondsLeft > seconds * 1.2 && plans.some(({ entry }) => !entry.down && entry.isOpen);
  }

  get #elapsed(): number {
    return (performance.now() - this.#start) / 1000;
  }

  get #secondsLeft(): number {
    return Math.max(0, (this.#options.timeLimitMs / 1000) * plannedShare - this.#elapsed);
  }

  #tell(done: number, text: string): void {
    this.#done = Math.min(1, Math.max(this.#done, done));
    this.#options.events.progress(this.#done, text);
  }

  #nothingMeasured(): ServiceError {
    const seconds = Math.round(this.#options.timeLimitMs / 100) / 10;
    const where = this.#entries.at(-1)?.target.name ?? 'the embedder';
    return new ServiceError(
      `Within ${seconds} s nothing could be measured of ${where}: allow more time with --time-limit, or run \`embed doctor\`.`,
    );
  }
}

/** The settings of a target in each round that checks, and their time. */
interface CheckPlan {
  entry: Entry;
  plan: Task[];
  seconds: number;
}

/** The settings that name one server alone. */
function serverOf({ embedder }: Settings, url: string): Partial<Settings> {
  if (isOfOpenAi(url)) return { embedder: 'openai', url: [withoutApi(url)] };
  return embedder === 'openai' ? { url: [url] } : { ollamaUrl: [url] };
}
