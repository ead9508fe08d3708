// Which words of a question a text holds, and where, so that people see why it was found.
import { tokensOf } from '../text/words.js';

/** Words as they stand in the text, each spelling once, in their order. @param words as `tokensOf` gives them */
export function wordsFoundIn(text: string, words: readonly string[]): string[] {
  return [...new Set(spansOf(text, new Set(words)).map(([start, end]) => text.slice(start, end)))];
}

/** Where the words stand; the longest where one holds another, as an identifier holds its parts. */
export function spansOf(text: string, words: ReadonlySet<string>): [start: number, end: number][] {
  const spans: [number, number][] = [];
  for (const { word, start, end } of tokensOf(text)) {
    const last = spans.at(-1);
    if (words.has(word) && (last === undefined || start >= last[1])) spans.push([start, end]);
  }
  return spans;
}
