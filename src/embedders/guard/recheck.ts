// Measures a server again after a lost connection. It doesn't rely on one request, as a restart may swallow it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Embedder } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import { Race } from '../pool/race.js';
import { measureSpace } from './canaries.js';

/**
 * The canaries are sent again after this time, in ms, and once more after twice the time: a request that a restart
 * swallowed is never answered, although the server is up again.
 */
const againMs = 10_000;
const mostChecks = 3;

/**
 * The space, from the first of several requests that is answered.
 * @throws {EmbedderFault} when that one fails, or the signal's reason
 */
export async function measureInTime(
  embedder: Embedder,
  leastMs: number | undefined,
  signal: AbortSignal,
): Promise<VectorSpace> {
  // Any answer decides, also an error: the server is up.
  const race = new Race<VectorSpace>(signal, () => false);
  const enter = () => race.enter((ending) => measureSpace(embedder, { leastMs, signal: ending }));
  const again = async () => {
    for (let checks = 1, pauseMs = againMs; checks < mostChecks; checks++, pauseMs *= 2) {
      await sleep(pauseMs, undefined, { signal: race.ending, ref: false });
      void enter();
    }
  };
  void enter();
  again().catch(() => {});
  return await race.result;
}
