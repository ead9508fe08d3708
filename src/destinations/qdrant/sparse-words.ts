// The words of a row as a sparse vector: for each word a number made of it, and the part of BM25 that the row alone decides. Qdrant
// multiplies it by how rare the word is among its rows (the modifier `idf`), which makes the sum BM25.

import { relativeLength, saturation } from '../../text/bm25.js';
import { type RowWithWords, wordsOfRow } from '../../text/row-words.js';

export interface SparseVector {
  /** 32 bits each, none of them twice. */
  indices: number[];
  values: number[];
}

/** Words of one row: what has more is data. */
const maxWords = 20_000;

/** @param meanLength words of a row of the index. @returns undefined for a row without words */
export function sparseRow(row: RowWithWords, meanLength: number): SparseVector | undefined {
  const words = wordsOfRow(row);
  const times = new Map<number, number>();
  for (const word of words.slice(0, maxWords)) {
    const index = numberOf(word);
    times.set(index, (times.get(index) ?? 0) + 1);
  }
  if (times.size === 0) return undefined;
  const long = relativeLength(words.length, meanLength);
  const values = [...times.values()].map((count) => {
    const value = (count * (saturation + 1)) / (count + saturation * long);
    return Math.round(value * 10_000) / 10_000;
  });
  return { indices: [...times.keys()], values };
}

/** @param words as they are compared */
export function sparseQuestion(words: Iterable<string>): SparseVector {
  const indices = [...new Set([...words].map(numberOf))];
  return { indices, values: indices.map(() => 1) };
}

/** FNV-1a over UTF-16, its bits mixed: two of 100,000 words have one number, seldom more. */
function numberOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
