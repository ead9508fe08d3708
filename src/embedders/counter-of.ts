// Makes a token counter anew from its id, in another thread or process than the embedder's.
import { estimateCounter } from '../tokens/estimating-counter.js';
import { wordPieceCounter } from '../tokens/wordpiece-counter.js';
import type { TokenCounter } from '../types/embedder.js';
import { builtinCounter } from './builtin/token-counter.js';

/**
 * The counter of this id; undefined when it can't be had, or the vocabulary isn't the one that the id names.
 * @param vocabulary asked for where the id needs one that is not in this package
 */
export async function counterOf(id: unknown, vocabulary: () => unknown): Promise<TokenCounter | undefined> {
  const estimate = estimateCounter();
  if (id === estimate.id) return estimate;
  if (typeof id === 'string' && id.startsWith('unigram/')) {
    const builtin = builtinCounter();
    return builtin.id === id ? builtin : undefined;
  }
  const tokens = await vocabulary();
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'string')) return undefined;
  const counter = wordPieceCounter(tokens);
  return counter.id === id ? counter : undefined;
}
