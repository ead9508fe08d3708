// The whole measurement: opens what is compared, lets some rounds choose the best settings and others say how good
// they are, within a time that never is exceeded.

import type { Settings } from '../../config/settings.js';
import { ServiceError } from '../../errors.js';
import type { EmbedderIdentity } from '../../types.js';
import { type Random, randomFrom, shuffled } from '../statistics/random.js';
import { type Sample, sampleTexts } from '../texts/sample.js';
import type { Candidate, Grid } from './candidates.js';
import { ScratchCache } from './own-cache.js';
import { CHOOSE_SHARE, type Effort, planCheck, planChoice, roundSeconds, type Task } from './plan.js';
import { Rounds } from './rounds.js';
import { Target } from './target.js';
import { Entry, EXTENTS, type TargetResult } from './target-results.js';

export interface MeasureOptions {
  /** Files, folders and globs; none: the bundled texts. */
  paths: readonly string[];
  /** What all targets share. */
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
  /** Told what will be measured, as soon as it is known; may throw what speaks against it. */
  onOpened?(targets: readonly Pick<EmbedderIdentity, 'embedder' | 'model'>[]): void;
  onTexts?(hash: string): void;
  onNotice(message: string): void;
  onPull?: ((status: string, completed: number, total: number) => void) | undefined;
  onProgress?(progress: Progress): void;
}

export interface Progress {
  /** 0 to 1. */
  done: number;
  /** What is done now, in a few words. */
  text: string;
}

export interface Measurement {
  results: readonly TargetResult[];
  sample: Sample;
  /** Why it ended before its time; undefined when it is complete. */
  ended: 'time-limit' | 'server-down' | undefined;
  seconds: number;
}

/** The time is over; what was measured until then counts. */
class TimeIsUp extends Error {}

/** Of the time limit, what is planned for: estimates may be a little short. */
const PLANNED = 0.9;

/** Fewer rounds that check leave a wide interval. */
const LEAST_CHECKS = 4;

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
      // Our own time is over, unless the caller's patience was, too.
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
    const { settings, targets, onNotice, onPull } = this.#options;
    for (const { url, model } of targets) {
      this.#tell(0, `opening ${[model, url].filter(Boolean).join(' at ') || 'the embedder'}`);
      const own = { ...settings, ...(url && { ollamaUrl: [url] }), ...(model && { model }) };
      const target = await Target.open({ settings: own, signal: this.#signal, onNotice, onPull });
      this.#entries.push(new Entry(target));
    }
    this.#options.onOpened?.(this.#entries.map(({ target }) => target.embedder.identity));
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
        counter: targets[0]!.embedder.counter,
      },
      fits: (text) => targets.every((target) => target.fits(text)),
      random: this.#random,
      signal: this.#signal,
    });
    this.#options.onTexts?.(sample.hash);
    for (const target of targets) {
      this.#tell(0.02, `a first look at ${target.name}`);
      target.useTexts(sample.texts);
      await target.warmUp(Math.max(...this.#options.effort.grids[0]!.concurrencies), this.#signal);
      await target.look((this.#secondsLeft * 1000 * 0.1) / targets.length, this.#signal);
    }
    return sample;
  }

  /** All settings, each target for itself: a server need not keep two models in memory for it. */
  async #choose(): Promise<void> {
    const { effort, settings } = this.#options;
    const also: Grid = {
      sizes: settings.batchSize === undefined ? [] : [settings.batchSize],
      concurrencies: settings.concurrency === undefined ? [] : [settings.concurrency],
    };
    const share = (this.#secondsLeft * CHOOSE_SHARE) / this.#entries.length;
    for (const [place, entry] of this.#entries.entries()) {
      const end = this.#elapsed + share;
      const adaptive = entry.target.embedder.identity.embedder === 'ollama';
      const { plan, rounds } = planChoice(effort, entry.target.cost, share, { adaptive, also });
      for (let round = 0; round < rounds; round++) {
        const start = this.#elapsed;
        const length = 0.5 / this.#entries.length / rounds;
        this.#span = { from: 0.05 + length * (place * rounds + round), length };
        await this.#rounds.run(entry, plan, { phase: 'choose', round });
        // On a server that got busy they take longer than planned: those that check need their time, too.
        if (this.#elapsed + (this.#elapsed - start) / 2 > end) break;
      }
      entry.chooseBest();
    }
  }

  /** Those that are left, all targets in each round. */
  async #check(): Promise<void> {
    const { effort, settings } = this.#options;
    if (settings.cache !== 'none') this.#rounds.cache = await ScratchCache.open(this.#options.onNotice);
    const budget = this.#secondsLeft / this.#entries.length;
    const { plans, rounds } = this.#planChecks(budget, effort);
    for (let round = 0; round < rounds || this.#mayTellMore(plans, round); round++) {
      const order = shuffled(plans, this.#random);
      for (const [place, { entry, plan }] of order.entries()) {
        if (entry.down) continue;
        // Another target's model may have taken its place in memory.
        if (plans.length > 1) await entry.target.warmUp(1, this.#signal);
        const length = 0.45 / rounds / plans.length;
        this.#span = { from: Math.min(0.99, 0.55 + length * (round * plans.length + place)), length };
        await this.#rounds.run(entry, plan, { phase: 'check', round });
      }
    }
  }

  /** As many rounds as there is time for, of fewer settings where there is time for few rounds only. */
  #planChecks(budget: number, effort: Effort): { plans: CheckPlan[]; rounds: number } {
    const fewest = Math.min(LEAST_CHECKS, effort.checkRounds);
    for (const extent of this.#rounds.cache ? EXTENTS : EXTENTS.slice(1)) {
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

  /** Whether another round has its time, and something to find out. */
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
    return Math.max(0, (this.#options.timeLimitMs / 1000) * PLANNED - this.#elapsed);
  }

  #tell(done: number, text: string): void {
    this.#done = Math.min(1, Math.max(this.#done, done));
    this.#options.onProgress?.({ done: this.#done, text });
  }

  #nothingMeasured(): ServiceError {
    const seconds = Math.round(this.#options.timeLimitMs / 100) / 10;
    const where = this.#entries.at(-1)?.target.name ?? 'the embedder';
    return new ServiceError(
      `Within ${seconds} s nothing could be measured of ${where}: allow more with --time-limit, or look at \`embed doctor\`.`,
    );
  }
}

/** What a target measures in each of the rounds that check, and how long that takes. */
interface CheckPlan {
  entry: Entry;
  plan: Task[];
  seconds: number;
}
