// Joins lists of hits: those of several corpora into one, and those of vectors and words into one order, by reciprocal
// ranks: a row counts 1 / (5 + its rank) in each list that has it, in that of the words one and a half times. Both numbers are
// from benchmarks/retrieval, by its open half: with an offset of 60, rows that both lists have somewhere go before the best
// row of one list, which is often the only one that has a name that was asked for.
import type { Corpus, Hit } from './corpus.js';

/** A hit with where it is from. */
export interface CorpusHit extends Hit {
  corpus: Corpus;
}

/** A hit in its order, with its 1-based places in the lists that have it. */
export interface Joined {
  hit: CorpusHit;
  /** Cosine; undefined where only the words found it. */
  cosine?: number;
  /** BM25; undefined where only the vectors found it. */
  matched?: number;
  ranks: { vectors?: number; words?: number };
}

const rankOffset = 5;
const wordsWeight = 1.5;

/**
 * The lists of several corpora as one. Scores are compared where they mean the same, as cosines of one vector space do;
 * elsewhere the first ones of all come first.
 */
export function joinCorpora(lists: readonly CorpusHit[][], areScoresAlike: boolean): CorpusHit[] {
  if (lists.length === 1) return lists[0]!;
  const all = lists.flatMap((list) => list.map((hit, rank) => ({ hit, rank })));
  // The sort is stable: of equal ones, the corpus that was named first.
  all.sort((a, b) =>
    areScoresAlike ? b.hit.score - a.hit.score : a.rank - b.rank || b.hit.score - a.hit.score,
  );
  return all.map(({ hit }) => hit);
}

/** @param words undefined for a search by vectors alone, as `vectors` for one by words alone */
export function joinLists(
  vectors: readonly CorpusHit[] | undefined,
  words: readonly CorpusHit[] | undefined,
): Joined[] {
  const corpora = new Map<Corpus, Map<string, Joined>>();
  const all: Joined[] = [];
  const entry = (hit: CorpusHit): Joined => {
    const ofCorpus = corpora.get(hit.corpus) ?? new Map<string, Joined>();
    corpora.set(hit.corpus, ofCorpus);
    let one = ofCorpus.get(hit.key);
    if (one === undefined) {
      one = { hit, ranks: {} };
      ofCorpus.set(hit.key, one);
      all.push(one);
    }
    return one;
  };
  for (const [place, hit] of (vectors ?? []).entries()) {
    const one = entry(hit);
    one.cosine = hit.score;
    one.ranks.vectors ??= place + 1;
  }
  for (const [place, hit] of (words ?? []).entries()) {
    const one = entry(hit);
    one.matched = hit.score;
    one.ranks.words ??= place + 1;
  }
  if (vectors !== undefined && words !== undefined) all.sort((a, b) => weight(b) - weight(a));
  return all;
}

function weight({ ranks }: Joined): number {
  const of = (rank: number | undefined) => (rank === undefined ? 0 : 1 / (rankOffset + rank));
  return of(ranks.vectors) + wordsWeight * of(ranks.words);
}
