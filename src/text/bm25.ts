// BM25, as far as a row alone decides it.

/** How soon a word that comes again counts no more. */
export const saturation = 1.2;
/** How much the length of a row counts. */
const lengthShare = 0.75;

/** How long a row is beside the others: 1 for one of the mean length. @param length words of the row @param meanLength of all rows */
export function relativeLength(length: number, meanLength: number): number {
  return 1 - lengthShare + (lengthShare * length) / meanLength;
}
