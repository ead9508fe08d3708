// Cuts a call's texts into what one worker gets at a time.

const most = 8;
/** About 20 ms of work on one core: messages cost little against it, and workers end nearly together. */
const mostCharacters = 2000;

/** Consecutive texts, at least one in each slice; together they are `texts`. */
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
