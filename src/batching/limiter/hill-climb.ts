// Hill climbing in pairs: a window of answers at home, one with a neighbouring setting and, unless the gain is
// large, one at home again. Only a gain above what two windows of one setting differ makes a new home; what
// failed is tried again after longer rests and in longer windows: no thrashing, and small gains are seen, too.
import { type LimitRange, type Limits, MOVES, moved } from './setting-ladder.js';

/** Answers of a window: few at first, to see large gains soon. */
const LEAST_WINDOW = 8;
const MOST_WINDOW = 64;
/** Answers at home between two trials; times this with each round of failed ones. */
const LEAST_REST = 8;
const MOST_REST = 4096;
const LONGER_REST = 4;
/** Logarithm of a gain that needs no second look. */
const LARGE_GAIN = 0.25;
/** Logarithm of the gain below which a move isn't worth its memory and latency. */
const LEAST_GAIN = 0.03;
/** How many times the usual difference of two windows a gain must be. */
const SURE = 2;
/** The usual difference of two windows until some were compared, and the weight of the newest in the mean. */
const FIRST_NOISE = 0.04;
const NEWEST = 0.25;

/** A complete window. */
export interface Measured {
  /** Tokens per ms. */
  speed: number;
  answers: number;
  /** Whether the batches were as large as allowed. */
  batchesFull: boolean;
}

export class LimitClimb {
  readonly #range: LimitRange;
  #home: Limits;
  #phase: 'home' | 'trial' | 'check' = 'home';
  #trial: Limits;
  /** Undefined until half of its window is over. */
  #trialSpeed: number | undefined;
  /** Of the last window at home; undefined when it says nothing of now. */
  #homeSpeed: number | undefined;
  /** Whether its batches were as large as allowed. */
  #homeFull = false;
  /** Usual difference of two windows at home, as a logarithm. */
  #noise = FIRST_NOISE;
  #rested = 0;
  #next = 0;
  /** Trials that failed, less a round of them for each that succeeded. */
  #failed = 0;

  constructor(home: Limits, range: LimitRange) {
    this.#home = this.#trial = home;
    this.#range = range;
  }

  /** The best setting that is known. */
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

  /** Answers that the next window shall have. */
  get windowAnswers(): number {
    const whole = Math.min(LEAST_WINDOW * 2 ** this.#rounds, MOST_WINDOW);
    return this.#phase === 'trial' ? whole / 2 : whole;
  }

  /** Learns from a window with the current setting, and may change that. */
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
    if (this.#rested >= LEAST_REST * LONGER_REST ** this.#rounds || this.#rested >= MOST_REST) this.#try();
  }

  /** The trial doesn't pay, or overloads the server: stays at home. */
  giveUp(): void {
    const rounds = this.#rounds;
    this.#failed++;
    this.#next = (this.#next + 1) % MOVES.length;
    this.#goHome();
    // Longer windows differ less.
    if (this.#rounds > rounds && this.windowAnswers < MOST_WINDOW) this.#noise *= Math.SQRT1_2;
  }

  /** Stays at home, where all that was measured says nothing of now. */
  forget(): void {
    this.#goHome();
    this.#homeSpeed = undefined;
  }

  /** Half a window of the trial: what is clearly worse ends there. */
  #judge({ speed, batchesFull }: Measured): void {
    const first = this.#trialSpeed;
    this.#trialSpeed = first === undefined ? speed : (first + speed) / 2;
    const isReal = batchesFull || this.#trial.batchSize === this.#home.batchSize;
    const gain = isReal ? Math.log(this.#trialSpeed / this.#homeSpeed!) : Number.NEGATIVE_INFINITY;
    if (gain <= (first === undefined ? -this.#enough : this.#enough)) {
      this.giveUp();
      // At first, the one window at home serves for all directions.
      if (this.#rounds === 0) this.#try();
    } else if (first !== undefined) {
      if (gain > Math.max(LARGE_GAIN, 2 * this.#enough)) this.#settle();
      else this.#phase = 'check';
    }
  }

  /** The trial pays: it is the home from now on, and the next step in its direction is tried at once. */
  #settle(): void {
    this.#home = this.#trial;
    this.#homeSpeed = this.#trialSpeed;
    this.#failed = Math.max(0, this.#failed - MOVES.length);
    this.#goHome();
    this.#try();
  }

  #goHome(): void {
    this.#phase = 'home';
    this.#rested = 0;
  }

  #try(): void {
    for (let turn = 0; turn < MOVES.length; turn++) {
      const next = moved(this.#home, MOVES[this.#next]!, this.#range);
      // Where something else limits the batches, another size would change nothing.
      if (next !== this.#home && (this.#homeFull || next.batchSize === this.#home.batchSize)) {
        this.#trial = next;
        this.#trialSpeed = undefined;
        this.#phase = 'trial';
        return;
      }
      this.#next = (this.#next + 1) % MOVES.length;
    }
  }

  get #rounds(): number {
    return Math.floor(this.#failed / MOVES.length);
  }

  /** Logarithm of a gain that is neither noise nor too small to matter. */
  get #enough(): number {
    return Math.max(LEAST_GAIN, SURE * this.#noise);
  }

  #learnNoise(difference: number): void {
    this.#noise += NEWEST * (difference - this.#noise);
  }
}
