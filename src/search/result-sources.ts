// All documents that hold the text of a result: one text is shown once, however many rows have it.
import { compareSources } from '../text/source-order.js';
import type { Corpus } from './corpus.js';
import type { CorpusHit } from './join.js';
import type { SearchResult } from './options.js';

/** A result with the hits that have its text. */
export interface FoundResult {
  result: SearchResult;
  hits: CorpusHit[];
}

/** Asks each corpus once for all of its hits. */
export async function addSources(all: readonly FoundResult[]): Promise<void> {
  const byCorpus = new Map<Corpus, { hit: CorpusHit; result: SearchResult }[]>();
  for (const { result, hits } of all) {
    for (const hit of hits) {
      const known = byCorpus.get(hit.corpus);
      if (known === undefined) byCorpus.set(hit.corpus, [{ hit, result }]);
      else known.push({ hit, result });
    }
  }
  for (const [corpus, asked] of byCorpus) {
    const sources = await corpus.sourcesOf(asked.map(({ hit }) => hit));
    for (const [place, { result }] of asked.entries()) result.sources.push(...sources[place]!);
  }
  for (const { result, hits } of all) {
    if (hits.length > 1) result.sources = [...new Set(result.sources)].sort(compareSources);
  }
}
