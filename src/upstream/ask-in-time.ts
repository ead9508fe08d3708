// Asks several servers at once, so that one that hangs doesn't hold up the others.
import { setTimeout as sleep } from 'node:timers/promises';

/** Min and max wait for the other servers once one has answered, in ms. */
const minGraceMs = 2000;
const maxGraceMs = 10_000;

/**
 * The outcome of each, in order. When one has succeeded, the others get about the same time again.
 * @param needed those of which one must have succeeded @default all
 * @returns undefined for those that are still in flight; at least one has an outcome
 */
export async function settledInTime<T>(
  works: readonly Promise<T>[],
  needed: readonly Promise<T>[] = works,
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
    // When all of these fail, there is no server to go on with.
    await Promise.any(needed).catch(() => {});
    const graceMs = Math.min(Math.max(performance.now() - start, minGraceMs), maxGraceMs);
    await sleep(graceMs, undefined, { signal: over.signal });
  };
  await Promise.race([all, grace().catch(() => all)]);
  over.abort();
  return [...results];
}
