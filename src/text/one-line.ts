// Texts that were written over several lines, or with many blanks.

/** A text in one line: each run of white space is a blank, and none is at the ends. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The same for each line of a text, which keeps its lines but not the blank ones at the ends. */
export function lineByLine(text: string): string {
  return text
    .split('\n')
    .map((line) => oneLine(line))
    .join('\n')
    .trim();
}
