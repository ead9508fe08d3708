// Counts the tokens of a part of a text, which may be a whole file. It counts in pieces, to give the event loop a turn in
// between, and to bound the memory of counters: some take a hundred bytes for each character of a word.
import { isSpace } from '../text/whitespace.js';
import type { SpanCounter } from '../tokens/span-counter.js';

/** Max characters of a piece. No language has words of such a length; a longer one is counted as several. */
export const maxPieceLength = 65_536;

/**
 * Tokens of `text.slice(start, end)`: counts add up at white space.
 * @yields `undefined` after each piece but the last
 */
export function* countInTurns(
  counter: SpanCounter,
  text: string,
  start: number,
  end: number,
): Generator<undefined, number, undefined> {
  let tokens = 0;
  let from = start;
  while (end - from > maxPieceLength) {
    const to = pieceEnd(text, from);
    tokens += counter.countSpan(text, from, to);
    from = to;
    yield undefined;
  }
  return tokens + counter.countSpan(text, from, end);
}

/** The last white space of the piece; in a longer word its last character. */
function pieceEnd(text: string, from: number): number {
  const most = from + maxPieceLength;
  for (let index = most; index > from; index--) if (isSpace(text.charCodeAt(index))) return index;
  const code = text.charCodeAt(most);
  return code >= 0xdc00 && code < 0xe000 ? most - 1 : most;
}
