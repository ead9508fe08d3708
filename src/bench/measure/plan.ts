// How much is measured in the time that there is: which settings, how many rounds, how many texts each. Pure.
import { ADAPTIVE, type Candidate, candidatesOf, type Grid, width } from './candidates.js';
import type { Cost } from './target.js';

/** How thorough a measurement is, when there is time enough. */
export interface Effort {
  /** The settings, from most to fewest; the first that fits into the time is taken. */
  grids: readonly Grid[];
  /** Rounds of all settings, which choose the best one. */
  chooseRounds: number;
  /** Rounds of those that are left, which say how good they are. */
  checkRounds: number;
  /** And as many as this, while it can't be told yet and there is time. @default checkRounds */
  mostRounds?: number;
  /** Seconds that one setting is measured in one round, when it needs no longer. */
  chooseSeconds: number;
  checkSeconds: number;
}

const SMALL: readonly Grid[] = [
  { sizes: [1, 8, 32], concurrencies: [1, 2] },
  { sizes: [1, 8], concurrencies: [1, 2] },
  { sizes: [1, 4], concurrencies: [1] },
];

export const FULL: Effort = {
  grids: [
    { sizes: [1, 2, 4, 8, 16, 32, 64], concurrencies: [1, 2, 3, 4] },
    { sizes: [1, 4, 16, 64], concurrencies: [1, 2, 4] },
    ...SMALL,
  ],
  chooseRounds: 3,
  checkRounds: 10,
  mostRounds: 1000,
  chooseSeconds: 0.4,
  checkSeconds: 0.6,
};

export const QUICK: Effort = {
  grids: SMALL,
  chooseRounds: 3,
  checkRounds: 6,
  mostRounds: 1000,
  chooseSeconds: 0.25,
  checkSeconds: 0.4,
};

/**
 * So many rounds, each of the fewest texts that show anything: the same work whatever the machine does meanwhile, where
 * the time would decide otherwise.
 */
export function ofRounds({ grids, chooseRounds }: Effort, rounds: number): Effort {
  return {
    grids,
    chooseRounds: Math.min(rounds, chooseRounds, LEAST_CHOICES),
    checkRounds: rounds,
    chooseSeconds: NO_TIME,
    checkSeconds: NO_TIME,
  };
}

/** Shorter than any request, in s. */
const NO_TIME = 0.0001;

/** A setting with the number of texts that one measurement of it takes. */
export interface Task {
  candidate: Candidate;
  texts: number;
}

/** Texts of one measurement at most: enough for any server, and little memory. */
const MOST = 4096;

/** And at least. */
const LEAST = 4;

/** Rounds that choose at least, where there is time for them. */
const LEAST_CHOICES = 2;

/** Of the time that is left, what the rounds that choose may take; the others have the rest. */
export const CHOOSE_SHARE = 0.55;

/**
 * The settings of the rounds that choose.
 * @param seconds for all rounds together
 * @param also sizes and concurrencies that must be among them: the user's own
 */
export function planChoice(
  effort: Effort,
  cost: Cost,
  seconds: number,
  { adaptive, also }: { adaptive: boolean; also: Grid },
): { plan: Task[]; rounds: number } {
  const lists = effort.grids.map((grid) => candidatesOf(joined(grid, also)));
  // Where even the fewest take too long, the climb of the adaptive one is left out.
  const choices = adaptive ? lists.flatMap((list) => [[...list, ADAPTIVE], list]) : lists;
  const fewest = (list: readonly Candidate[]) =>
    list.reduce((sum, one) => sum + secondsOf(one, fewestTexts(one), cost), 0);
  // More settings by fewer rounds: a server that isn't asked with 32 texts can't show what they gain.
  const list =
    choices.find((one) => fewest(one) * Math.min(effort.chooseRounds, LEAST_CHOICES) <= seconds) ??
    choices.at(-1)!;
  const rounds = Math.max(1, Math.min(effort.chooseRounds, Math.floor(seconds / fewest(list))));
  const plan = tasks(list, seconds / rounds, effort.chooseSeconds, (candidate) => ({
    step: fewestTexts(candidate),
    seconds: secondsOf(candidate, fewestTexts(candidate), cost),
  }));
  return { plan, rounds };
}

/**
 * The settings of the rounds that check, with what the rounds before showed of their speed.
 * @param seconds for one round
 * @param speed texts per second; undefined where nothing is known
 */
export function planCheck(
  effort: Effort,
  list: readonly Candidate[],
  seconds: number,
  speed: (candidate: Candidate) => number | undefined,
): Task[] {
  return tasks(list, seconds, effort.checkSeconds, (candidate) => {
    const step = fewestTexts(candidate);
    return { step, seconds: step / (speed(candidate) ?? step / effort.checkSeconds) };
  });
}

/** What a plan takes, in seconds. */
export function roundSeconds(plan: readonly Task[], speed: (candidate: Candidate) => number): number {
  return plan.reduce((sum, { candidate, texts }) => sum + texts / speed(candidate), 0);
}

/** Seconds for so many texts, if requests in flight together overlap in all but the model's own work. */
export function secondsOf(candidate: Candidate, texts: number, { requestMs, textMs }: Cost): number {
  const requests = texts / candidate.batchSize;
  return ((requests / Math.min(requests, candidate.concurrency)) * requestMs + texts * textMs) / 1000;
}

/** One full request in every slot, and not so few texts that their lengths decide. */
export function fewestTexts(candidate: Candidate): number {
  const slots = width(candidate);
  return slots * Math.ceil(LEAST / slots);
}

/**
 * Fewer whole waves, where a setting is slower than was planned for.
 * @param seconds that the task was planned for
 * @param speed texts per second, as they were seen
 */
export function fitted({ candidate, texts }: Task, seconds: number, speed: number): number {
  const step = fewestTexts(candidate);
  return Math.max(step, Math.min(texts, step * Math.round((seconds * speed) / step)));
}

/** Whole waves of requests, so many that each setting is measured equally long, within the time of a round. */
function tasks(
  list: readonly Candidate[],
  perRound: number,
  mostSeconds: number,
  wave: (candidate: Candidate) => { step: number; seconds: number },
): Task[] {
  const waves = list.map((candidate) => ({ candidate, ...wave(candidate) }));
  for (let slice = mostSeconds; ; slice *= 0.8) {
    const plan = waves.map(({ candidate, step, seconds }) => {
      const count = Math.max(1, Math.min(Math.floor(MOST / step), Math.round(slice / seconds)));
      return { candidate, texts: count * step, seconds: count * seconds };
    });
    const total = plan.reduce((sum, one) => sum + one.seconds, 0);
    if (total <= perRound || slice < 0.001) return plan.map(({ candidate, texts }) => ({ candidate, texts }));
  }
}

function joined(a: Grid, b: Grid): Grid {
  const union = (one: readonly number[], other: readonly number[]) =>
    [...new Set([...one, ...other])].sort((x, y) => x - y);
  return { sizes: union(a.sizes, b.sizes), concurrencies: union(a.concurrencies, b.concurrencies) };
}
