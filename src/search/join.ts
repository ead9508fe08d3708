// Joins lists of hits: those of several corpora into one, and those of vectors and words into one order. There a row counts as
// much as its words, beside those of the best row, and a little more the nearer its vector is. Whatever the words say, the best
// two by vectors have their places among the first: a text that says the same in other words has none of the question's.
// The numbers are from benchmarks/retrieval, by its open half.
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

/** What the nearest vector counts, beside the best words, which count 1. */
const vectorsWeight = 0.15;
/** 1-based places at which the first of the vectors stand at the latest. */
const latestPlaces = [4, 8];

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
  const corpora = new Map<Corpus, Map<string, Entry>>();
  const all: Entry[] = [];
  const entry = (hit: CorpusHit): Entry => {
    const ofCorpus = corpora.get(hit.corpus) ?? new Map<string, Entry>();
    corpora.set(hit.corpus, ofCorpus);
    let one = ofCorpus.get(hit.key);
    if (one === undefined) {
      one = { hit, ranks: {}, weight: 0 };
      ofCorpus.set(hit.key, one);
      all.push(one);
    }
    return one;
  };
  const nearness = vectors === undefined ? [] : nearnessOf(vectors);
  for (const [place, hit] of (vectors ?? []).entries()) {
    const one = entry(hit);
    if (one.ranks.vectors !== undefined) continue;
    one.cosine = hit.score;
    one.ranks.vectors = place + 1;
    one.weight += vectorsWeight * nearness[place]!;
  }
  const strengths = words === undefined ? [] : strengthsOf(words);
  for (const [place, hit] of (words ?? []).entries()) {
    const one = entry(hit);
    if (one.ranks.words !== undefined) continue;
    one.matched = hit.score;
    one.ranks.words = place + 1;
    one.weight += strengths[place]!;
  }
  if (vectors === undefined || words === undefined) return all;
  const nearest = all.slice(0, latestPlaces.length);
  all.sort((a, b) => b.weight - a.weight);
  for (const [place, one] of nearest.entries()) {
    const at = all.indexOf(one);
    const latest = latestPlaces[place]! - 1;
    if (one.ranks.vectors !== undefined && at > latest) all.splice(latest, 0, ...all.splice(at, 1));
  }
  return all;
}

interface Entry extends Joined {
  weight: number;
}

/** 1 for the nearest row of its corpus, 0 for the last one of the list. */
function nearnessOf(list: readonly CorpusHit[]): number[] {
  const bounds = new Map<Corpus, { low: number; high: number }>();
  for (const { corpus, score } of list) {
    const { low, high } = bounds.get(corpus) ?? { low: score, high: score };
    bounds.set(corpus, { low: Math.min(low, score), high: Math.max(high, score) });
  }
  return list.map(({ corpus, score }) => {
    const { low, high } = bounds.get(corpus)!;
    return high === low ? 1 : (score - low) / (high - low);
  });
}

/** The share of the score of its corpus' first row; no row has more than one before it, which may have a name. */
function strengthsOf(list: readonly CorpusHit[]): number[] {
  const firsts = new Map<Corpus, number>();
  let before = 1;
  return list.map(({ corpus, score }) => {
    const first = firsts.get(corpus) ?? score;
    firsts.set(corpus, first);
    before = Math.min(before, first > 0 ? score / first : 0);
    return before;
  });
}
