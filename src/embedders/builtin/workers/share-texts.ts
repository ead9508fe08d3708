// Cuts the texts of a call into slices; a worker gets one slice at a time.

const most = 8;
/** About 20 ms of work on one core: long enough that messages cost little, short enough that workers end together. */
const mostCharacters = 2000;

/** Slices of consecutive texts, each with one text or more. Joined, they are `texts`. */
export function cutSlices(texts: readonly string[]): string[][] {
  const slices: string[][] = [];
  let slice: string[] = [];
  let characters = 0;
  for (const text of texts) {
    if (slice.length === most || (slice.length > 0 && characters + text.length > mostCharacters)) {
      slices.push(slice);
      slice = [];
      characters = 0;
    }
    slice.push(text);
    characters += text.length;
  }
  if (slice.length > 0) slices.push(slice);
  return slices;
}
