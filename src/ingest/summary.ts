// The summary of a run, as one value that is ready for JSON.
import type { UnusedPattern } from '../documents/walk/walk.js';
import type { EmbedderIdentity } from '../types/embedder.js';
import type { Shard } from '../types/shard.js';
import type { TimeEstimate } from './estimate.js';
import type { LeftOutFiles } from './left-out.js';
import type { RunCounts } from './run-counts.js';
import type { Elsewhere } from './survey/other-roots.js';
import type { Unfinished } from './time-window.js';

/** What a run did, in numbers; of a dry run, what it would do. */
export interface IngestSummary {
  /** True when nothing was done, only counted; absent otherwise. */
  dryRun?: true;
  /** Chunks of a dry run were counted by a size that the model may not have, as it wasn't asked. */
  sizeGuessed?: true;
  /** The output's folder, as the settings name it. */
  out: string;
  /** The part of the documents that the run took; absent when it took all. */
  shard?: Shard;
  /** True when the output's files were written. */
  changed: boolean;
  /** Documents of this run, by what became of each. */
  documents: {
    /** The output didn't have them. */
    new: number;
    /** Their content is other than the output's was. */
    changed: number;
    /** Unchanged, but read and split again: see `newer`; or a chunk of them had failed. */
    reread: number;
    /** As the output had them. */
    unchanged: number;
    /** Of the new, changed, reread and unchanged ones, those without text: they have no rows. */
    blank: number;
    /** Their rows went. */
    removed: number;
    /** Of those removed: their files are still there, but are left out now. */
    leftOut: number;
    /** They can't be read, or one of their chunks can't be embedded. */
    failed: number;
    /** An earlier run told their failures, and nothing changed since: they weren't tried again, and don't fail the run. */
    knownFailed: number;
  };
  /** Why unchanged documents were read again: the formats whose readers are newer than the output, or `splitter`. */
  newer: string[];
  /** What the run left to the next one, as its time was over; absent when nothing is left. */
  unfinished?: Unfinished;
  /** How long a run would take; of a dry run with `estimate`, where there is something to embed. */
  estimate?: TimeEstimate;
  /** Chunks of the documents, by where their vectors came from. */
  chunks: {
    /** Rows of the output. */
    total: number;
    /** Answered by the embedder in this run. */
    embedded: number;
    /** Found in the cache. */
    cached: number;
    /** Embedded since their vectors in the cache were damaged. */
    cacheRefused: number;
    /** Found in the previous output, in the journal of an interrupted run, or earlier in this run. */
    reused: number;
    /** Refused by the embedder. */
    failed: number;
  };
  /** Documents that stay although the run didn't name their roots; `prune` removes them. */
  elsewhere: Elsewhere[];
  /** Documents that stay although patterns, ignore files or a bound of size hide their files from this run. */
  hidden: Elsewhere[];
  /** Removed documents that `prune` dropped. */
  pruned: Elsewhere[];
  /** Removed documents that the run has under other names: their output was moved, or their folder renamed. */
  moved: Elsewhere[];
  /** Files, folders and links that were left out, but for those that are hidden, ignored or excluded. */
  skipped: number;
  /** The same by reason and ending, the most frequent first. */
  leftOut: LeftOutFiles[];
  /** Patterns of `include` and `exclude` that matched nothing in the folders; empty when one couldn't be listed. */
  unused: readonly UnusedPattern[];
  /** Requests that carried texts of documents, retries included. */
  requests: number;
  /** Texts of such a request, on average, to one decimal; 0 when there was none. */
  textsPerRequest: number;
  /** Tokens of the chunks that the embedder answered. */
  tokensEmbedded: number;
  /** How long the run took, to the millisecond. */
  seconds: number;
  /** The embedder of the vectors; absent when the run needed none and there was no output. */
  embedder?: Pick<EmbedderIdentity, 'embedder' | 'model' | 'dimensions'>;
}

export function summarize(
  counts: RunCounts,
  rest: Pick<IngestSummary, 'out' | 'changed' | 'elsewhere' | 'hidden' | 'pruned' | 'moved' | 'seconds'> & {
    unfinished: Unfinished | undefined;
    embedder: EmbedderIdentity | undefined;
    shard: Shard | undefined;
    cacheRefused: number;
  },
): IngestSummary {
  const { embedder, cacheRefused, unfinished, shard, out, ...run } = rest;
  return {
    out,
    ...(shard && { shard: { index: shard.index, of: shard.of } }),
    ...run,
    ...(counts.isSizeGuessed && counts.rowsSplit > 0 && { sizeGuessed: true as const }),
    ...(unfinished && { unfinished }),
    documents: {
      new: counts.documentsNew,
      changed: counts.documentsChanged,
      reread: counts.documentsReread,
      unchanged: counts.documentsUnchanged,
      blank: counts.documentsBlank,
      removed: counts.documentsRemoved,
      leftOut: counts.documentsLeftOut,
      failed: counts.documentsFailed,
      knownFailed: counts.documentsKnownFailed,
    },
    newer: [...counts.newer].sort(),
    chunks: {
      total: counts.chunks,
      embedded: counts.chunksEmbedded,
      cached: counts.chunksFromCache,
      cacheRefused,
      reused: counts.chunksReused,
      failed: counts.chunksFailed,
    },
    skipped: counts.skipped,
    leftOut: counts.leftOut.list(),
    unused: counts.unused,
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
