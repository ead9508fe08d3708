// Refuses to remove more than half of an output: that is more often a wrong path than intended.
import { UsageError } from '../../errors.js';
import type { Output } from '../../output/read/output.js';
import type { Step } from '../stages/document-steps.js';
import { countLost } from './moved-documents.js';

/**
 * @param gone sources of the output whose rows would be removed
 * @param reread reads all documents; called only when moved ones could make the difference
 * @throws {UsageError} when more than half of the documents would be lost
 */
export async function guardRemovals(
  gone: ReadonlySet<string>,
  output: Output,
  reread: () => AsyncIterable<Step[]>,
): Promise<void> {
  if (!areMost(countDocuments(gone, output), output)) return;
  const lost = await countLost(gone, output, reread());
  if (!areMost(lost, output)) return;
  throw new UsageError(
    `${lost} of ${output.documents().length} documents of the output would go, which is more than half; nothing was written: ` +
      'check the paths, or use --allow-removals if that is right.',
  );
}

function areMost(documents: number, output: Output): boolean {
  return documents * 2 > output.documents().length;
}

/** How many of `sources` are documents; the others are files that hold records. */
function countDocuments(sources: ReadonlySet<string>, output: Output): number {
  return output.documents().filter((document) => sources.has(document.source)).length;
}
