// Whether a result answers a question: by the source and the passage that are known of the answer.

import { unspacedLetter } from '../../text/words.js';
import type { SearchResult } from '../options.js';
import type { Question } from '../questions-file.js';

/** @returns the 1-based place of the first result that answers, or 0 */
export function rankOf(results: readonly SearchResult[], question: Question): number {
  const passage = question.passage === undefined ? [] : wordsOf(question.passage);
  return 1 + results.findIndex((result) => answers(result, question.source, passage));
}

/** A document's end is enough for its source: an output elsewhere names it by another path. */
function answers(
  { sources, text }: SearchResult,
  source: string | undefined,
  passage: readonly string[],
): boolean {
  if (source !== undefined && !sources.some((one) => one === source || one.endsWith(`/${source}`)))
    return false;
  return passage.length === 0 || holds(wordsOf(text), passage);
}

/** A letter of a script without spaces is a word of its own: where words end there, two texts may tell differently. */
const wordPattern = new RegExp(
  `${unspacedLetter.source}\\p{M}*|(?:(?!${unspacedLetter.source})[\\p{L}\\p{N}\\p{M}])+`,
  'gu',
);

function wordsOf(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(wordPattern) ?? [];
}

/** Whether a passage has words, by which a text can be found to hold it. */
export function hasWords(passage: string): boolean {
  return wordsOf(passage).length > 0;
}

/** Whether the words stand there in their order; other words may stand between them, but no more than there are. */
function holds(words: readonly string[], wanted: readonly string[]): boolean {
  for (let start = 0; start <= words.length - wanted.length; start++) {
    if (words[start] !== wanted[0]) continue;
    let found = 0;
    for (let at = start; at < words.length && at < start + 2 * wanted.length; at++) {
      if (words[at] === wanted[found]) found++;
      if (found === wanted.length) return true;
    }
  }
  return false;
}
