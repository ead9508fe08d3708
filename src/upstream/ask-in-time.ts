// Asking several servers at once: one that hangs must not hold up what the others can do.
import { setTimeout as sleep } from 'node:timers/promises';

/** How long the others are waited for when one has answered, in ms: at least, and at most. */
const LEAST_GRACE_MS = 2000;
const MOST_GRACE_MS = 10_000;

/**
 * What came of each, in their order. When one has succeeded, the others get about as long once more.
 * @returns undefined for those that are still under way; never for all
 */
export async function settledInTime<T>(
  works: readonly Promise<T>[],
): Promise<(PromiseSettledResult<T> | undefined)[]> {
  const start = performance.now();
  const results = new Array<PromiseSettledResult<T> | undefined>(works.length).fill(undefined);
  const over = new AbortController();
  const all = Promise.all(
    works.map((work, index) =>
      Promise.allSettled([work]).then(([result]) => {
        results[index] = result;
      }),
    ),
  );
  const grace = async () => {
    // Where all fail, there is nobody to go on with.
    await Promise.any(works).catch(() => all);
    const graceMs = Math.min(Math.max(performance.now() - start, LEAST_GRACE_MS), MOST_GRACE_MS);
    await sleep(graceMs, undefined, { signal: over.signal });
  };
  await Promise.race([all, grace().catch(() => all)]);
  over.abort();
  return [...results];
}
