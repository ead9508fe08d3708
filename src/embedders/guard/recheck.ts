// Measures a server again whose connection was lost, and doesn't wait for what a restart has swallowed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Embedder, VectorSpace } from '../../types.js';
import { Race } from '../pool/race.js';
import { measureSpace } from './canaries.js';

/**
 * The canaries are sent once more after this, in ms, and again after twice as long: what a restart swallowed is
 * never answered, though the server is well since.
 */
const againMs = 10_000;
const mostChecks = 3;

/**
 * The space, by the first of several requests that is answered.
 * @throws {EmbedderFault} when that fails, and the signal's reason
 */
export async function measureInTime(
  embedder: Embedder,
  leastMs: number | undefined,
  signal: AbortSignal,
): Promise<VectorSpace> {
  // Whatever the server says to one of them, it is there and has said it.
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
