// Finds the cut in a run of marks that is too long, or holds two sections that should be separate. Pure.
//
// A run is cut at its strongest place, and its parts again, until they fit. Between equal places, a hash of the text after
// them decides, not the distance from the start. So an edit changes only the chunks around it: all other cuts stay.
import { boundary } from './boundaries.js';
import type { Marks } from './marks.js';

/** Two sections don't share a chunk if each has at least this part of the size … */
const largeSection = 1 / 3;
/** … and at least this many tokens. */
const largeSectionTokens = 64;

// The smaller side of a cut, as a part of the size.
const goodFill = 1 / 2;
const minGoodFill = 1 / 4;
const fairFill = 1 / 8;
const poorFill = 1 / 16;

/** The worst rank that is better than a cut inside a block: a short paragraph by itself. */
const shortBlock = boundary.block * 4 + 2;
/** A very small part is only better than a cut inside a sentence. */
const crumbCost = boundary.sentence * 4 + 2;
/** The last resort. */
const lastResort = boundary.headingEnd * 4 + 2;

/** The worst rank of a cut between blocks; a worse one is replaced by a cut inside a block. */
export const worstBlockRank = shortBlock;
export const worstRank = Number.POSITIVE_INFINITY;

/**
 * The best cut of the run from mark `from` to mark `to`, as the index of a mark; -1 when there is none.
 * @param core tokens of a chunk
 * @param worst a cut of a higher rank than this does not count
 */
export function bestCut(marks: Marks, from: number, to: number, core: number, worst: number): number {
  const { tokens, strength, key } = marks;
  const first = tokens[from]!;
  const last = tokens[to]!;
  const total = last - first;
  // A run of less than two chunks is best cut so that both parts fit.
  const good = Math.min(core * goodFill, Math.max(total - core, core * minGoodFill));
  let best = -1;
  let bestRank = worst;
  for (let index = from + 1; index < to; index++) {
    const smaller = Math.min(tokens[index]! - first, last - tokens[index]!);
    const rank = rankOf(strength[index]!, smaller, good, core);
    if (rank > bestRank) continue;
    if (
      best < 0 ||
      rank < bestRank ||
      key[index]! > key[best]! ||
      // The same text repeats: cut in the middle, so that a long table isn't cut row by row.
      (key[index]! === key[best]! && smaller > Math.min(tokens[best]! - first, last - tokens[best]!))
    ) {
      best = index;
      bestRank = rank;
    }
  }
  return best;
}

function rankOf(strength: number, smaller: number, good: number, core: number): number {
  if (smaller >= good) return strength * 4;
  if (smaller >= core * fairFill) return strength * 4 + 1;
  if (strength > boundary.block) return lastResort + strength;
  return smaller >= core * poorFill ? shortBlock : crumbCost;
}

/** The cut between two sections of a run that fits, when both sides are large; -1 when there is none. */
export function sectionCut(marks: Marks, from: number, to: number, size: number): number {
  const { tokens, strength } = marks;
  const large = Math.max(size * largeSection, largeSectionTokens);
  const lowest = tokens[from]! + large;
  const highest = tokens[to]! - large;
  let best = -1;
  for (let index = from + 1; index < to; index++) {
    if (strength[index]! > boundary.deepestSection) continue;
    if (tokens[index]! < lowest || tokens[index]! > highest) continue;
    if (best < 0 || strength[index]! < strength[best]!) best = index;
  }
  return best;
}
