// Documents that only have another name now: they are removed under the old one, and nothing is lost.
import type { Output } from '../output/output.js';
import type { Step } from './steps.js';

/**
 * How many documents are lost: of those that moved, the same bytes arrive under another name.
 * @param gone sources of `previous` that go
 * @param groups all that is read for the new output; nothing is written of it
 */
export async function countLost(
  gone: ReadonlySet<string>,
  previous: Output,
  groups: AsyncIterable<Step[]>,
): Promise<number> {
  const arriving = new Map<string, number>();
  for await (const group of groups) {
    for (const step of group) {
      if (step.kind !== 'begin' || previous.document(step.source)?.hash === step.hash) continue;
      arriving.set(step.hash, (arriving.get(step.hash) ?? 0) + 1);
    }
  }
  let lost = 0;
  for (const { source, hash } of previous.documents()) {
    if (!gone.has(source)) continue;
    // Each copy stands for one of those that were: a single file is not where a thousand equal ones went.
    const copies = arriving.get(hash) ?? 0;
    if (copies > 0) arriving.set(hash, copies - 1);
    else lost++;
  }
  return lost;
}
