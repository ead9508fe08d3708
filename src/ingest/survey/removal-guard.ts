// Refuses to remove more than half of an output: that is more often a wrong path than intended.
import { UsageError } from '../../errors.js';
import type { Output } from '../../output/read/output.js';
import { printable } from '../../text/printable.js';
import type { Step } from '../stages/document-steps.js';
import { findLost } from './moved-documents.js';

/** Documents that the refusal names. */
const maxNamed = 10;
const maxSourceLength = 120;

/**
 * @param gone sources of the output whose rows would be removed
 * @param leftOut those of them whose files are still there: they don't count, nor as documents of the output
 * @param reread reads all documents; called only when moved ones could make the difference
 * @throws {UsageError} when more than half of the documents would be lost
 */
export async function guardRemovals(
  gone: ReadonlySet<string>,
  leftOut: ReadonlySet<string>,
  output: Output,
  reread: () => AsyncIterable<Step[]>,
): Promise<void> {
  const counted = leftOut.size === 0 ? gone : new Set([...gone].filter((source) => !leftOut.has(source)));
  const all = output.documents().length - countDocuments(leftOut, output);
  const areMost = (documents: number): boolean => documents * 2 > all;
  if (!areMost(countDocuments(counted, output))) return;
  const lost = await findLost(counted, output, reread());
  if (!areMost(lost.length)) return;
  const named = lost.slice(0, maxNamed).map((source) => printable(source, maxSourceLength));
  const more = lost.length > maxNamed ? ` and ${lost.length - maxNamed} more` : '';
  throw new UsageError(
    `${lost.length} of ${all} documents of the output would go, which is more than half; nothing was written: ` +
      `check the paths, or use --allow-removals if that is right. They are ${named.join(', ')}${more}.`,
  );
}

/** How many of `sources` are documents; the others are files that hold records. */
function countDocuments(sources: ReadonlySet<string>, output: Output): number {
  if (sources.size === 0) return 0;
  return output.documents().filter((document) => sources.has(document.source)).length;
}
