// A dry run: reads and splits as a real run does, but only counts the steps.
import type { Settings } from '../config/settings.js';
import type { WalkEntry } from '../documents/walk/walk.js';
import { planChunking } from '../upstream/choose-embedder.js';
import type { FailureReport } from './failure-report.js';
import { chunk } from './stages/chunk.js';
import type { Origin } from './stages/document-steps.js';
import { read } from './stages/read.js';
import type { ReadOptions } from './stages/read-options.js';

export interface PlanOptions extends ReadOptions {
  settings: Settings;
  report: FailureReport;
}

/** Counts into `options.counts`. `chunksEmbedded` and `tokensEmbedded` are what a real run would have to embed. */
export async function countPlan(
  entries: AsyncIterable<readonly WalkEntry[]>,
  options: PlanOptions,
): Promise<void> {
  const { settings, previous, counts, report } = options;
  const { counter, chunkTokens } = planChunking(settings, previous?.space);
  const pinned = previous?.manifest.chunking;
  const chunking = {
    size: settings.chunkSize ?? pinned?.size ?? chunkTokens,
    overlap: settings.chunkOverlap ?? pinned?.overlap ?? 0,
    headings: (settings.context ?? pinned?.context) === 'headings',
    counter,
  };
  const seen = new Set<string>();
  let origin: Origin | undefined;
  for await (const group of chunk(read(entries, options), async () => chunking, counts, options.signal)) {
    for (const step of group) {
      if (step.kind === 'keep') {
        counts.chunks += step.rows;
      } else if (step.kind === 'failure') {
        report.take(step, origin);
      } else if (step.kind === 'begin') {
        origin = step.origin;
      } else if (step.kind === 'row') {
        counts.chunks++;
        const { key, tokens } = step.chunk;
        if (seen.has(key) || previous?.findRow(key) !== undefined) {
          counts.chunksReused++;
        } else {
          seen.add(key);
          counts.chunksEmbedded++;
          counts.tokensEmbedded += tokens;
        }
      }
    }
  }
}
