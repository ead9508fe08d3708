// Hill climbing in pairs. "Home" is the best known setting. It measures a window of answers at home, then one with a
// neighbouring setting, then (unless the gain is large) one at home again. A neighbour becomes the new home only when
// its gain is larger than the usual difference of two windows of the same setting. After a failed trial, rests and
// windows grow. So settings don't jump to and fro, and small gains are found, too.
import { type LimitRange, type Limits, limitMoves, moved } from './setting-ladder.js';

/** Min answers of a window: few at first, to see large gains soon. */
const minWindow = 8;
const maxWindow = 64;
/** Min answers at home between two trials; the rest grows by this factor with each round of failed trials. */
const minRest = 8;
const maxRest = 4096;
const longerRest = 4;
/** Logarithm of a gain that needs no second window at home. */
const largeGain = 0.25;
/** Logarithm of the min gain: a smaller one isn't worth its memory and latency. */
const minGain = 0.03;
/** Min gain as a multiple of the usual difference of two windows. */
const sureFactor = 2;
/** The assumed difference of two windows before any were compared, and the weight of the newest in the mean. */
const firstNoise = 0.04;
const newestWeight = 0.25;

/** A complete window. */
export interface Measured {
  /** Tokens per ms. */
  speed: number;
  answers: number;
  /** True when the batches were as large as allowed. */
  batchesFull: boolean;
}

export class LimitClimb {
  readonly #range: LimitRange;
  #home: Limits;
  #phase: 'home' | 'trial' | 'check' = 'home';
  #trial: Limits;
  /** Undefined until half of its window is over. */
  #trialSpeed: number | undefined;
  /** Speed of the last window at home; undefined when it is out of date. */
  #homeSpeed: number | undefined;
  /** True when its batches were as large as allowed. */
  #homeFull = false;
  /** The usual difference of two windows at home, as a logarithm. */
  #noise = firstNoise;
  #rested = 0;
  #next = 0;
  /** Failed trials, minus one round for each that succeeded. */
  #failed = 0;

  constructor(home: Limits, range: LimitRange) {
    this.#home = this.#trial = home;
    this.#range = range;
  }

  /** The best known setting. */
  get home(): Limits {
    return this.#home;
  }

  /** The setting to use now. */
  get current(): Limits {
    return this.#phase === 'trial' ? this.#trial : this.#home;
  }

  get trying(): boolean {
    return this.#phase === 'trial';
  }

  /** Number of answers of the next window. */
  get windowAnswers(): number {
    const whole = Math.min(minWindow * 2 ** this.#rounds, maxWindow);
    return this.#phase === 'trial' ? whole / 2 : whole;
  }

  /** Learns from a window with the current setting, and may change the setting. */
  measured(window: Measured): void {
    if (this.#phase === 'trial') this.#judge(window);
    else this.#atHome(window);
  }

  #atHome({ speed, answers, batchesFull }: Measured): void {
    if (this.#homeSpeed !== undefined) this.#learnNoise(Math.abs(Math.log(speed / this.#homeSpeed)));
    this.#homeSpeed = speed;
    this.#homeFull = batchesFull;
    if (this.#phase === 'check') {
      if (Math.log(this.#trialSpeed! / speed) > this.#enough) this.#settle();
      else this.giveUp();
      return;
    }
    this.#rested += answers;
    if (this.#rested >= minRest * longerRest ** this.#rounds || this.#rested >= maxRest) this.#try();
  }

  /** The trial brings no gain, or overloads the server: goes back home. */
  giveUp(): void {
    const rounds = this.#rounds;
    this.#failed++;
    this.#next = (this.#next + 1) % limitMoves.length;
    this.#goHome();
    // Longer windows differ less from each other.
    if (this.#rounds > rounds && this.windowAnswers < maxWindow) this.#noise *= Math.SQRT1_2;
  }

  /** Goes back home, and forgets measurements that are out of date. */
  forget(): void {
    this.#goHome();
    this.#homeSpeed = undefined;
  }

  /** Judges half a window of the trial: a setting that is clearly worse ends here. */
  #judge({ speed, batchesFull }: Measured): void {
    const first = this.#trialSpeed;
    this.#trialSpeed = first === undefined ? speed : (first + speed) / 2;
    const isReal = batchesFull || this.#trial.batchSize === this.#home.batchSize;
    const gain = isReal ? Math.log(this.#trialSpeed / this.#homeSpeed!) : Number.NEGATIVE_INFINITY;
    if (gain <= (first === undefined ? -this.#enough : this.#enough)) {
      this.giveUp();
      // In the first round, one window at home serves for all directions.
      if (this.#rounds === 0) this.#try();
    } else if (first !== undefined) {
      if (gain > Math.max(largeGain, 2 * this.#enough)) this.#settle();
      else this.#phase = 'check';
    }
  }

  /** The trial brings a gain: it becomes the home, and the next step in its direction is tried at once. */
  #settle(): void {
    this.#home = this.#trial;
    this.#homeSpeed = this.#trialSpeed;
    this.#failed = Math.max(0, this.#failed - limitMoves.length);
    this.#goHome();
    this.#try();
  }

  #goHome(): void {
    this.#phase = 'home';
    this.#rested = 0;
  }

  #try(): void {
    for (let turn = 0; turn < limitMoves.length; turn++) {
      const next = moved(this.#home, limitMoves[this.#next]!, this.#range);
      // When batches aren't full, another size would change nothing.
      if (next !== this.#home && (this.#homeFull || next.batchSize === this.#home.batchSize)) {
        this.#trial = next;
        this.#trialSpeed = undefined;
        this.#phase = 'trial';
        return;
      }
      this.#next = (this.#next + 1) % limitMoves.length;
    }
  }

  get #rounds(): number {
    return Math.floor(this.#failed / limitMoves.length);
  }

  /** Logarithm of the min gain that is larger than noise, and worth a move. */
  get #enough(): number {
    return Math.max(minGain, sureFactor * this.#noise);
  }

  #learnNoise(difference: number): void {
    this.#noise += newestWeight * (difference - this.#noise);
  }
}
