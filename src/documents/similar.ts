// The name that was probably meant by a wrong one.

/** The candidate with the fewest edits from `word`, when that is few enough for a slip of the keyboard. */
export function similar(word: string, candidates: readonly string[]): string | undefined {
  let limit = Math.max(2, Math.floor(word.length / 3));
  let best: string | undefined;
  for (const candidate of candidates) {
    const distance = edits(word.toLowerCase(), candidate.toLowerCase());
    if (distance > limit || (distance === limit && best !== undefined)) continue;
    limit = distance;
    best = candidate;
  }
  return best;
}

/** Levenshtein distance. */
function edits(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let column = 1; column <= other.length; column++) {
      const swap = above[column - 1]! + Number(one[row - 1] !== other[column - 1]);
      line.push(Math.min(swap, above[column]! + 1, line[column - 1]! + 1));
    }
    above = line;
  }
  return above[other.length]!;
}
