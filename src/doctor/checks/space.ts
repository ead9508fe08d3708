// Checks the vector space of any server: unlike texts unlike, the same in a batch as alone, and as that of the output.
import { compareBatch, measureAlone, refuseOneVector } from '../../embedders/guard/batch-check.js';
import { compareSpaces } from '../../embedders/guard/compare-spaces.js';
import { plural } from '../../text/plural.js';
import type { Embedder } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import type { Finding } from '../check.js';
import { cosine, shownCosine } from '../raw-answer.js';
import type { Probe } from '../run-check.js';

export interface SpaceOptions {
  embedder: Embedder;
  /** Max texts of a batch in a run. */
  batchSize: number;
  /** The server, for messages. */
  where: string;
  /** The command that shows the server's log; undefined where there is none. */
  log?: string;
  /** The command that gets another release; undefined where there is none. */
  mend?: string;
}

/** Time-out of a request, in ms: longer than any check, which ends its requests. */
const requestTimeoutMs = 600_000;

/** Checks that unlike texts get unlike vectors. */
export async function examineDistinct(
  probe: Probe,
  { embedder, log, where }: SpaceOptions,
): Promise<VectorSpace | undefined> {
  let space: VectorSpace | undefined;
  const look = async (signal: AbortSignal): Promise<Finding> => {
    const alone = await measureAlone(embedder, signal);
    refuseOneVector(alone.space, where);
    ({ space } = alone);
    return { status: 'ok', seen: 'unlike texts get unlike vectors' };
  };
  await probe.check('distinct', 'Distinct', look, {
    timeoutMs: requestTimeoutMs,
    ...(log !== undefined && { mend: log }),
  });
  return space;
}

/** Compares the largest batch of a run with the same texts alone. */
export async function examineBatch(
  probe: Probe,
  { embedder, batchSize, log, mend }: SpaceOptions,
  space: VectorSpace,
): Promise<void> {
  if (batchSize < 2) return;
  const look = async (signal: AbortSignal): Promise<Finding> => {
    const { unlike, lowestCosine } = await compareBatch(embedder, space, batchSize, signal);
    if (unlike === undefined) {
      const seen = `${plural(batchSize, 'text')} in one request as alone: lowest cosine ${shownCosine(lowestCosine)}`;
      return { status: 'ok', seen };
    }
    return {
      status: 'failure',
      seen: `a vector depends on its batch (${unlike}): a run sends each text alone, which takes longer`,
      ...(mend !== undefined && { mend }),
    };
  };
  await probe.check('batch', 'Batch', look, {
    timeoutMs: requestTimeoutMs,
    ...(log !== undefined && { mend: log }),
  });
}

/** Compares the measured space with that of the output. */
export async function examineSpace(
  probe: Probe,
  previous: VectorSpace | undefined,
  space: VectorSpace,
): Promise<void> {
  await probe.check('space', 'Same space', () => sameSpace(previous, space));
}

function sameSpace(previous: VectorSpace | undefined, space: VectorSpace): Finding {
  if (previous === undefined) return { status: 'skipped', seen: 'no output to compare with' };
  const comparison = compareSpaces(previous, space);
  if (comparison.same) {
    const lowest = Math.min(...previous.canaries.map((one, i) => cosine(one, space.canaries[i]!)));
    return { status: 'ok', seen: `as the output's: lowest canary cosine ${shownCosine(lowest)}` };
  }
  return {
    status: 'failure',
    seen: `another than the output's (${comparison.reason})`,
    mend: 'embed ingest <paths> --rebuild',
  };
}
