// The most similar known word for a wrong one, for messages about an unknown key or path.

/** Max characters: the time of a comparison is the product of both lengths. */
const maxWordLength = 200;

/** The candidate with the fewest edits from `word`, if they are few enough for a typing error. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > maxWordLength) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  // Half of a short word is another word.
  let least = Math.max(word.length < 5 ? 1 : 2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = edits(wanted, candidate.slice(0, maxWordLength).toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Characters to add, drop, replace, or swap with the next one (optimal string alignment). */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(replace, previous[j]! + 1, row[j - 1]! + 1, swap));
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}
