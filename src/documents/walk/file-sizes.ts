// Sizes of files. A local disk answers in microseconds, faster than a call through the thread pool. A network disk may be
// slow, and must not block the rest of the program.
import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Size in bytes; `special` when it is not a regular file. */
export type Measured = number | 'special' | { error: unknown };

/** With slower answers than this (ms, on average), several are asked for at once. */
const slow = 0.2;
/** Number of files that are timed. */
const probes = 16;

/** Sizes in the order of `paths`. `slowAfterMs` is for tests. */
export async function measure(paths: readonly (Buffer | string)[], slowAfterMs = slow): Promise<Measured[]> {
  const sizes: Measured[] = [];
  const started = performance.now();
  for (const path of paths) {
    const judged = sizes.length > 0 && sizes.length % probes === 0;
    if (judged && performance.now() - started > slowAfterMs * sizes.length) break;
    sizes.push(attempt(path));
  }
  const rest = paths
    .slice(sizes.length)
    .map((path) => stat(path).then(sizeOf, (error: unknown) => ({ error })));
  return sizes.concat(await Promise.all(rest));
}

function attempt(path: Buffer | string): Measured {
  try {
    return sizeOf(statSync(path));
  } catch (error) {
    return { error };
  }
}

function sizeOf(stats: Stats): Measured {
  return stats.isFile() ? stats.size : 'special';
}
