// What is left of several noisy rounds.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs all variants once per round, each round in another order, so that what slows the machine down for a
 * while slows all of them.
 * @param variants name → async function
 * @returns name → what the function gave, one entry per round
 */
export async function interleave(rounds, variants) {
  const names = Object.keys(variants);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length];
      results[name].push(await variants[name](round));
    }
  }
  return results;
}

/** Round by round, so that both numbers of a ratio come from the same minute. */
export function ratios(above, below) {
  return above.map((value, round) => value / below[round]);
}
