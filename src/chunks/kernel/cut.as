// Which mark of a run is cut: a twin of chunks/cut.ts.
import { key, strength, tokens } from './marks';
import { block, deepestSection, headingEnd, sentence } from './text';

const largeSection: f64 = 1.0 / 3.0;
const largeSectionTokens: f64 = 64;
const goodFill: f64 = 1.0 / 2.0;
const minGoodFill: f64 = 1.0 / 4.0;
const fairFill: f64 = 1.0 / 8.0;
const poorFill: f64 = 1.0 / 16.0;

const shortBlock: i32 = block * 4 + 2;
const crumbCost: i32 = sentence * 4 + 2;
const lastResort: i32 = headingEnd * 4 + 2;

export const worstBlockRank: i32 = shortBlock;
export const worstRank: i32 = i32.MAX_VALUE;

export function bestCut(marks: usize, from: i32, to: i32, core: i32, worst: i32): i32 {
  const first = tokens(marks, from);
  const last = tokens(marks, to);
  const good = min<f64>(core * goodFill, max<f64>(last - first - core, core * minGoodFill));
  const fair = core * fairFill;
  const poor = core * poorFill;
  let best = -1;
  let bestRank = worst;
  let bestKey: u32 = 0;
  let bestSmaller = 0;
  for (let index = from + 1; index < to; index++) {
    const before = tokens(marks, index);
    const smaller = min(before - first, last - before);
    const strong = strength(marks, index);
    let rank: i32;
    if (smaller >= good) rank = strong * 4;
    else if (smaller >= fair) rank = strong * 4 + 1;
    else if (strong > block) rank = lastResort + strong;
    else rank = smaller >= poor ? shortBlock : crumbCost;
    if (rank > bestRank) continue;
    const hash = key(marks, index);
    if (best < 0 || rank < bestRank || hash > bestKey || (hash == bestKey && smaller > bestSmaller)) {
      best = index;
      bestRank = rank;
      bestKey = hash;
      bestSmaller = smaller;
    }
  }
  return best;
}

export function sectionCut(marks: usize, from: i32, to: i32, size: i32): i32 {
  const large = max<f64>(size * largeSection, largeSectionTokens);
  const lowest = tokens(marks, from) + large;
  const highest = tokens(marks, to) - large;
  let best = -1;
  for (let index = from + 1; index < to; index++) {
    const strong = strength(marks, index);
    if (strong > deepestSection) continue;
    const before = tokens(marks, index);
    if (before < lowest || before > highest) continue;
    if (best < 0 || strong < strength(marks, best)) best = index;
  }
  return best;
}
