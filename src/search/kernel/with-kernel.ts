// Which search has a kernel: one at a time, as each keeps the processor busy, and two that take turns only put each other out of
// its cache. A search that began ends before the next one begins, so the memory of all is that of one.
import type { Vector } from '../../types/vector.js';
import { ScoresKernel } from './kernel.js';

/** Questions that a kernel has room for, at least. */
const leastRoom = 64;
/** Kernels of this room that wait for the next search, each of other dimensions. Each new one reserves gigabytes of addresses until it is collected. */
const maxIdle = 4;
const idle: ScoresKernel[] = [];
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `work` with a kernel that no other search uses meanwhile, when those before have ended.
 * @param questions of which `fitScores` holds, all of one length
 */
export function withKernel(
  questions: readonly Vector[],
  dimensions: number,
  work: (kernel: ScoresKernel) => Promise<void>,
): Promise<void> {
  const done = last.then(() => run(questions, dimensions, work));
  last = done.catch(() => undefined);
  return done;
}

async function run(
  questions: readonly Vector[],
  dimensions: number,
  work: (kernel: ScoresKernel) => Promise<void>,
): Promise<void> {
  const place = questions.length > leastRoom ? -1 : idle.findIndex((one) => one.dimensions === dimensions);
  const [known] = place < 0 ? [] : idle.splice(place, 1);
  const kernel = known ?? new ScoresKernel(Math.max(leastRoom, questions.length), dimensions);
  kernel.begin(questions);
  try {
    await work(kernel);
  } finally {
    if (kernel.questionRoom === leastRoom) {
      if (idle.length === maxIdle) idle.shift();
      idle.push(kernel);
    }
  }
}
