// The measurements of one setting, round by round, and the choice of the best setting.
import type { EmbedderFault } from '../../errors.js';
import { geometricMean } from '../statistics/statistics.js';
import { type Candidate, width } from './candidates.js';
import type { Trial } from './trial.js';

/** The rounds that choose the best setting, and the rounds that check how good it is. */
export type Phase = 'choose' | 'check';

export class Series {
  readonly candidate: Candidate;
  /** By the number of the round; empty when it failed or wasn't measured. */
  readonly rounds: Record<Phase, (Trial | undefined)[]> = { choose: [], check: [] };
  readonly failures: EmbedderFault[] = [];

  constructor(candidate: Candidate) {
    this.candidate = candidate;
  }

  get failed(): boolean {
    return this.failures.length > 0;
  }

  trials(phase: Phase): Trial[] {
    return this.rounds[phase].filter((trial) => trial !== undefined);
  }

  /** Texts per second over all rounds of a phase; undefined when there is none. */
  speed(phase: Phase): number | undefined {
    const trials = this.trials(phase);
    return trials.length === 0 ? undefined : geometricMean(trials.map(textsPerSecond));
  }
}

export function textsPerSecond({ texts, seconds }: Trial): number {
  return texts / seconds;
}

export function tokensPerSecond({ tokens, seconds }: Trial): number {
  return tokens / seconds;
}

/** Rounds in which both were measured, as texts per second. */
export function pairs(above: Series, below: Series, phase: Phase): { above: number[]; below: number[] } {
  const result: { above: number[]; below: number[] } = { above: [], below: [] };
  for (const [round, trial] of above.rounds[phase].entries()) {
    const other = below.rounds[phase][round];
    if (!trial || !other) continue;
    result.above.push(textsPerSecond(trial));
    result.below.push(textsPerSecond(other));
  }
  return result;
}

/** Settings within this share of the fastest one count as equally fast. */
const asGoodShare = 0.95;

/**
 * The best of some settings: of those that are as fast as the fastest, the one with the fewest texts in flight. It needs
 * the least memory, and a single text waits the least. Settings that failed once are left out.
 */
export function bestOf(list: readonly Series[]): Series | undefined {
  const sound = list.flatMap((series) => {
    const speed = series.speed('choose');
    return series.failed || speed === undefined ? [] : [{ series, speed }];
  });
  const fastest = Math.max(...sound.map(({ speed }) => speed));
  const good = sound.filter(({ speed }) => speed >= asGoodShare * fastest);
  good.sort((a, b) => width(a.series.candidate) - width(b.series.candidate) || b.speed - a.speed);
  return good[0]?.series;
}
