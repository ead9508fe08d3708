// Checks the built-in embedder, if a run would use it.
import { refuseOneVector } from '../../embedders/guard/batch-check.js';
import { measureSpace } from '../../embedders/guard/canaries.js';
import { compareSpaces } from '../../embedders/guard/compare-spaces.js';
import { time } from '../../text/durations.js';
import type { Embedder } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import type { Finding } from '../check.js';
import { normOf } from '../raw-answer.js';
import type { Probe } from '../run-check.js';

/** Starting the slow engine takes seconds on a slow machine; the budget of time may end it first. */
const timeoutMs = 60_000;

export async function examineBuiltin(probe: Probe, previous: VectorSpace | undefined): Promise<void> {
  const { openBuiltinEmbedder } = await import('../../embedders/builtin/embedder.js');
  let space: VectorSpace | undefined;
  const look = async (signal: AbortSignal): Promise<Finding> => {
    const start = performance.now();
    let embedder: Embedder | undefined;
    try {
      embedder = await openBuiltinEmbedder({ threads: 1, signal });
      const measured = await measureSpace(embedder, { signal });
      refuseOneVector(measured, 'The built-in embedder');
      space = measured;
      const { variant } = embedder.identity;
      const seen = `works (${variant}), started in ${time(performance.now() - start)}, vectors of length ${normOf(measured.canaries[0]!).toFixed(4)}`;
      return { status: 'ok', seen };
    } finally {
      await embedder?.close();
    }
  };
  const late = (waitedMs: number): Finding => ({
    status: 'failure',
    seen: `not started within ${time(waitedMs)}: allow more time`,
    mend: 'embed doctor --timeout 60s',
  });
  await probe.check('embedding', 'Embedding', look, { timeoutMs: timeoutMs, late, isNeeded: true });
  const measured = space;
  if (measured === undefined || previous === undefined) return;
  await probe.check('space', 'Same space', () => {
    const comparison = compareSpaces(previous, measured);
    if (comparison.same) return { status: 'ok', seen: "as the output's" };
    const seen = `another than the output's (${comparison.reason})`;
    return { status: 'failure', seen, mend: 'embed ingest <paths> --rebuild' };
  });
}
