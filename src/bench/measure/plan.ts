// Plans a measurement within its time: which settings, how many rounds, how many texts each. Pure.
import { adaptiveCandidate, type Candidate, candidatesOf, type Grid, width } from './candidates.js';
import type { Cost } from './target.js';

/** How thorough a measurement is, when there is enough time. */
export interface Effort {
  /** Grids of settings, from most to fewest; the first that fits into the time is used. */
  grids: readonly Grid[];
  /** Rounds of all settings; they choose the best one. */
  chooseRounds: number;
  /** Rounds of the remaining settings; they measure how good these are. */
  checkRounds: number;
  /** Max such rounds, while the answer is open and there is time. @default checkRounds */
  mostRounds?: number;
  /** Seconds for one setting in one round, if that is enough. */
  chooseSeconds: number;
  checkSeconds: number;
}

const smallGrids: readonly Grid[] = [
  { sizes: [1, 8, 32], concurrencies: [1, 2] },
  { sizes: [1, 8], concurrencies: [1, 2] },
  { sizes: [1, 4], concurrencies: [1] },
];

export const fullEffort: Effort = {
  grids: [
    { sizes: [1, 2, 4, 8, 16, 32, 64], concurrencies: [1, 2, 3, 4] },
    { sizes: [1, 4, 16, 64], concurrencies: [1, 2, 4] },
    ...smallGrids,
  ],
  chooseRounds: 3,
  checkRounds: 10,
  mostRounds: 1000,
  chooseSeconds: 0.4,
  checkSeconds: 0.6,
};

export const quickEffort: Effort = {
  grids: smallGrids,
  chooseRounds: 3,
  checkRounds: 6,
  mostRounds: 1000,
  chooseSeconds: 0.25,
  checkSeconds: 0.4,
};

/**
 * A fixed number of rounds, each with the fewest useful texts: always the same work, also on a busy machine. Otherwise the
 * time limit decides.
 */
export function ofRounds({ grids, chooseRounds }: Effort, rounds: number): Effort {
  return {
    grids,
    chooseRounds: Math.min(rounds, chooseRounds, minChoices),
    checkRounds: rounds,
    chooseSeconds: noTimeSeconds,
    checkSeconds: noTimeSeconds,
  };
}

/** Less than the time of any request, in s. */
const noTimeSeconds = 0.0001;

/** A setting, with the number of texts for one measurement. */
export interface Task {
  candidate: Candidate;
  texts: number;
}

/** Max texts of one measurement: enough for any server, and little memory. */
const maxMeasuredTexts = 4096;

/** Min texts of one measurement. */
const minMeasuredTexts = 4;

/** Min rounds that choose, if there is time. */
const minChoices = 2;

/** Max share of the time for the rounds that choose; the others get the rest. */
export const chooseShare = 0.55;

/** The same settings for a queue, whose workers can have so many requests at once: from one up to all of these. */
export function ofRoom(effort: Effort, room: number): Effort {
  const grids = effort.grids.map(({ sizes, concurrencies }) => {
    const most = Math.max(...concurrencies);
    const scaled = concurrencies.map((one) => (one === 1 ? 1 : Math.max(1, Math.ceil((one * room) / most))));
    return { sizes, concurrencies: [...new Set(scaled)] };
  });
  return { ...effort, grids };
}

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
  // When even the fewest take too long, the adaptive setting is left out.
  const choices = adaptive ? lists.flatMap((list) => [[...list, adaptiveCandidate], list]) : lists;
  const fewest = (list: readonly Candidate[]) =>
    list.reduce((sum, one) => sum + secondsOf(one, fewestTexts(one), cost), 0);
  // Prefer more settings to more rounds: without a request of 32 texts, their gain can't show.
  const list =
    choices.find((one) => fewest(one) * Math.min(effort.chooseRounds, minChoices) <= seconds) ??
    choices.at(-1)!;
  const rounds = Math.max(1, Math.min(effort.chooseRounds, Math.floor(seconds / fewest(list))));
  const plan = tasks(list, seconds / rounds, effort.chooseSeconds, (candidate) => ({
    step: fewestTexts(candidate),
    seconds: secondsOf(candidate, fewestTexts(candidate), cost),
  }));
  return { plan, rounds };
}

/**
 * The settings of the rounds that check, with their speed from earlier rounds.
 * @param seconds for one round
 * @param speed texts per second; undefined when it is unknown
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

/** The time of a plan, in seconds. */
export function roundSeconds(plan: readonly Task[], speed: (candidate: Candidate) => number): number {
  return plan.reduce((sum, { candidate, texts }) => sum + texts / speed(candidate), 0);
}

/** Seconds for so many texts, if requests in flight overlap in everything except the model's own work. */
export function secondsOf(candidate: Candidate, texts: number, { requestMs, textMs }: Cost): number {
  const requests = texts / candidate.batchSize;
  return ((requests / Math.min(requests, candidate.concurrency)) * requestMs + texts * textMs) / 1000;
}

/** One full request in every slot, and enough texts that their lengths don't matter. */
export function fewestTexts(candidate: Candidate): number {
  const slots = width(candidate);
  return slots * Math.ceil(minMeasuredTexts / slots);
}

/**
 * Fewer whole waves of requests, for a setting that is slower than planned.
 * @param seconds that the task was planned for
 * @param speed measured texts per second
 */
export function fitted({ candidate, texts }: Task, seconds: number, speed: number): number {
  const step = fewestTexts(candidate);
  return Math.max(step, Math.min(texts, step * Math.round((seconds * speed) / step)));
}

/** Whole waves of requests, so that each setting is measured for the same time, within the time of a round. */
function tasks(
  list: readonly Candidate[],
  perRound: number,
  mostSeconds: number,
  wave: (candidate: Candidate) => { step: number; seconds: number },
): Task[] {
  const waves = list.map((candidate) => ({ candidate, ...wave(candidate) }));
  for (let slice = mostSeconds; ; slice *= 0.8) {
    const plan = waves.map(({ candidate, step, seconds }) => {
      const count = Math.max(1, Math.min(Math.floor(maxMeasuredTexts / step), Math.round(slice / seconds)));
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
