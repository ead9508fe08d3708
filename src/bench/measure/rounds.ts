// Runs the rounds of a measurement: each measures every setting of a plan once, with the same texts, in random order.
import type { Settings } from '../../config/settings.js';
import { debug } from '../../debug.js';
import { withRetry } from '../../embedders/back-off.js';
import type { Vector } from '../../types/vector.js';
import { type Random, shuffled } from '../statistics/random.js';
import { nameOf } from './candidates.js';
import type { ScratchCache } from './own-cache.js';
import { fewestTexts, fitted, secondsOf, type Task } from './plan.js';
import { type Phase, textsPerSecond } from './series.js';
import type { Target } from './target.js';
import type { Entry } from './target-results.js';
import { inShort, runTrial, type Trial } from './trial.js';

export interface RoundsOptions {
  /** For how often the adaptive setting tries again, and how long it waits. */
  settings: Settings;
  random: Random;
  signal: AbortSignal;
  /** @param done the share of this round, 0 to 1 */
  onProgress(done: number, text: string): void;
}

/** Which round it is. */
export interface Place {
  phase: Phase;
  round: number;
}

/** A fixed setting that takes longer, in ms, has failed, unless it was expected to. */
const maxTrialMs = 5000;

/** A setting that takes this many times the expected time has failed. */
const maxSlowdown = 10;

export class Rounds {
  readonly #options: RoundsOptions;
  /** The cache for the settings that are measured with one. */
  cache: ScratchCache | undefined;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Measures all settings of a plan once. @throws the signal's reason */
  async run(entry: Entry, plan: readonly Task[], place: Place): Promise<void> {
    const { random, onProgress } = this.#options;
    const start = Math.floor(random() * entry.target.texts.length);
    const what = place.phase === 'choose' ? 'choosing' : 'checking';
    for (const [index, task] of shuffled(plan, random).entries()) {
      if (entry.down || entry.gaveUp(task.candidate)) continue;
      onProgress(index / plan.length, `${what}: ${nameOf(task.candidate)}`);
      const texts = await this.#sized(entry, task, start, place);
      if (texts === undefined) continue;
      const trial = await this.#measured(entry, { ...task, texts }, start, place);
      if (trial) entry.of(task.candidate).rounds[place.phase][place.round] = trial;
    }
  }

  /**
   * How many texts of a task fit into its planned time. The plan only knows the cost of another setting, and a server may
   * be far slower with more texts at once, or busy by now. One wave of requests shows it.
   * @returns undefined when that wave failed
   */
  async #sized(entry: Entry, task: Task, start: number, place: Place): Promise<number | undefined> {
    const { candidate, texts } = task;
    if (candidate.kind === 'cold-cache' || candidate.kind === 'warm-cache') return texts;
    // The rounds that check are planned with speeds of earlier rounds.
    const known = entry.of(candidate).speed('choose');
    if (known !== undefined && place.phase === 'check') return texts;
    const planned = secondsOf(candidate, texts, entry.target.cost);
    if (known !== undefined) return fitted(task, planned, known);
    const fewest = fewestTexts(candidate);
    if (texts <= fewest) return texts;
    const wave = await this.#measured(entry, { candidate, texts: fewest }, start, place);
    return wave && fitted(task, planned, textsPerSecond(wave));
  }

  /** @returns undefined when it failed, which is recorded in the entry */
  async #measured(
    entry: Entry,
    { candidate, texts: count }: Task,
    start: number,
    { phase, round }: Place,
  ): Promise<Trial | undefined> {
    const { signal } = this.#options;
    const { target } = entry;
    const adaptive = candidate.kind === 'adaptive';
    const expectedMs = 1000 * secondsOf(candidate, count, target.cost);
    // The default gets as much time as an ingest gives it: if it fails, nothing can be compared with it.
    const patienceMs = adaptive ? Math.max(maxTrialMs, this.#options.settings.batchTimeout) : maxTrialMs;
    // Leave out texts that the server refuses, and measure the setting again.
    for (let attempt = 0; attempt < 3; attempt++) {
      const texts = target.stretch(start, count);
      const cache =
        candidate.kind === 'cold-cache'
          ? this.cache?.cold()
          : candidate.kind === 'warm-cache'
            ? await this.cache?.warm(texts, standIn(target.embedder.identity.dimensions))
            : undefined;
      const trial = () =>
        runTrial(texts, {
          embedder: adaptive ? this.#patient(target) : target.embedder,
          limiter: target.limiterFor(candidate),
          canary: target.canary,
          cache,
          timeoutMs: Math.max(patienceMs, expectedMs * maxSlowdown),
          signal,
        });
      const outcome = adaptive ? await target.clock.during(trial) : await trial();
      debug.bench?.(`${phase} ${round}, ${nameOf(candidate)}: ${inShort(outcome)}`);
      if (outcome.kind === 'measured') return outcome.trial;
      if (outcome.kind === 'failed') {
        entry.of(candidate).failures.push(outcome.fault);
        entry.down = !(await target.recovers(signal));
        return undefined;
      }
      target.leaveOut(outcome.texts);
    }
    return undefined;
  }

  /** The adaptive setting retries after an overload, as an ingest does, since it learns from overloads. */
  #patient({ embedder }: Target) {
    const { settings, signal } = this.#options;
    return withRetry(embedder, { retries: settings.maxRetries, signal });
  }
}

function standIn(dimensions: number): Vector {
  return new Float32Array(dimensions).fill(1 / Math.sqrt(dimensions));
}
