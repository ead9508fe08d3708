// The steps between settings of the limiter: they add when it grows, and divide when it shrinks. For the search, steps
// are large enough to be measured.
import type { Overload } from '../../types/requests.js';

/** The values that a limiter decides. */
export interface Limits {
  /** Max texts of a batch. */
  batchSize: number;
  /** Max requests in flight. */
  concurrency: number;
}

/** The range that a limiter stays in. */
export interface LimitRange {
  least: Limits;
  most: Limits;
}

/** A neighbouring setting: larger or smaller batches, more or fewer requests. */
export type LimitMove = 'larger' | 'more' | 'smaller' | 'fewer';

/** In the order of the trials: batch sizes first, as they matter most where a request costs much. */
export const limitMoves: readonly LimitMove[] = ['larger', 'more', 'smaller', 'fewer'];

/** The neighbour in the direction of `move`; the same object at the end of the range. */
export function moved(from: Limits, move: LimitMove, { least, most }: LimitRange): Limits {
  const { batchSize, concurrency } = from;
  switch (move) {
    case 'larger':
      return changed(from, Math.min(batchSize * 2, most.batchSize), concurrency);
    case 'smaller':
      return changed(from, Math.max(Math.ceil(batchSize / 2), least.batchSize), concurrency);
    case 'more':
      return changed(from, batchSize, Math.min(more(concurrency), most.concurrency));
    case 'fewer':
      return changed(from, batchSize, Math.max(Math.ceil(concurrency / 1.5 - 1e-9), 1, least.concurrency));
  }
}

/**
 * Halves the limit that overloaded the server. A full queue means too many requests. A time-out means too much work
 * before an answer: it halves the batches first, then requests and batches in turn.
 * @param previous the limit that was halved last
 */
export function shrunk(from: Limits, why: Overload, previous: keyof Limits, { least }: LimitRange): Limits {
  const smaller = changed(from, Math.max(from.batchSize >> 1, 1, least.batchSize), from.concurrency);
  const fewer = changed(from, from.batchSize, Math.max(from.concurrency >> 1, 1, least.concurrency));
  if (why === 'busy') return fewer;
  const [first, second] = previous === 'batchSize' ? [fewer, smaller] : [smaller, fewer];
  return first === from ? second : first;
}

/** One step back towards `goal`: requests first, as they only wait at the server. */
export function stepTowards(from: Limits, goal: Limits): Limits {
  return from.concurrency < goal.concurrency
    ? { ...from, concurrency: from.concurrency + 1 }
    : { ...from, batchSize: Math.min(from.batchSize * 2, goal.batchSize) };
}

function more(concurrency: number): number {
  return Math.max(concurrency + 1, Math.floor(concurrency * 1.5));
}

function changed(from: Limits, batchSize: number, concurrency: number): Limits {
  return batchSize === from.batchSize && concurrency === from.concurrency ? from : { batchSize, concurrency };
}
