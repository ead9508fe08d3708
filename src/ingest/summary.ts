// What a run says at its end, as one JSON-ready value.
import type { EmbedderIdentity } from '../types.js';
import type { RunCounts } from './run-counts.js';
import type { Elsewhere } from './survey/other-roots.js';

export interface IngestSummary {
  out: string;
  /** Whether the output's files were written anew. */
  changed: boolean;
  documents: { new: number; changed: number; unchanged: number; removed: number; failed: number };
  chunks: {
    total: number;
    embedded: number;
    cached: number;
    /** Of those embedded: their vectors in the cache were damaged. */
    cacheRefused: number;
    reused: number;
    failed: number;
  };
  /** Documents that stay in the output although the run named none of their roots; `prune` drops them. */
  elsewhere: Elsewhere[];
  /** Of the documents that were removed, those that `prune` dropped. */
  pruned: Elsewhere[];
  /** Files left out: binary, too large, broken links. */
  skipped: number;
  requests: number;
  textsPerRequest: number;
  tokensEmbedded: number;
  seconds: number;
  /** What made the vectors; absent when the run needed none and there was no output. */
  embedder?: Pick<EmbedderIdentity, 'embedder' | 'model' | 'dimensions'>;
}

export function summarize(
  counts: RunCounts,
  rest: Pick<IngestSummary, 'out' | 'changed' | 'elsewhere' | 'pruned' | 'seconds'> & {
    embedder: EmbedderIdentity | undefined;
    cacheRefused: number;
  },
): IngestSummary {
  const { embedder, cacheRefused, ...run } = rest;
  return {
    ...run,
    documents: {
      new: counts.documentsNew,
      changed: counts.documentsChanged,
      unchanged: counts.documentsUnchanged,
      removed: counts.documentsRemoved,
      failed: counts.documentsFailed,
    },
    chunks: {
      total: counts.chunks,
      embedded: counts.chunksEmbedded,
      cached: counts.chunksFromCache,
      cacheRefused,
      reused: counts.chunksReused,
      failed: counts.chunksFailed,
    },
    skipped: counts.skipped,
    requests: counts.requests,
    textsPerRequest: counts.requests === 0 ? 0 : round(counts.textsSent / counts.requests, 1),
    tokensEmbedded: counts.tokensEmbedded,
    seconds: round(rest.seconds, 3),
    ...(embedder && {
      embedder: { embedder: embedder.embedder, model: embedder.model, dimensions: embedder.dimensions },
    }),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
