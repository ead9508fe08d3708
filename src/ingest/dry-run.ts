// A dry run: reads and splits as a real run does, but only counts the steps.
import type { Settings } from '../config/settings.js';
import type { WalkEntry } from '../documents/walk/walk.js';
import { embeddedText } from '../text/embedded-text.js';
import { planChunking } from '../upstream/choose-embedder.js';
import { chunkingBy, pinnedChunks, refuseSizes, resolveChunking } from './chunk-sizes.js';
import type { Chunking } from './chunking.js';
import type { Sample, TimeEstimate } from './estimate.js';
import type { FailureReport } from './failure-report.js';
import { KeptVectors } from './kept-vectors.js';
import type { Remade } from './previous.js';
import type { RunCounts } from './run-counts.js';
import { chunk } from './stages/chunk.js';
import type { Origin, Step } from './stages/document-steps.js';
import { read } from './stages/read.js';
import type { ReadOptions } from './stages/read-options.js';

export interface PlanOptions extends ReadOptions {
  settings: Settings;
  report: FailureReport;
  /** How the output was made that would be made again. */
  remade: Remade | undefined;
  /** The output's folder, whose journal is looked into. */
  out: string;
  /** Receives some of the texts that would be embedded. @default nobody */
  sample?: Sample | undefined;
  /** How documents are cut. @default as far as it is known without an embedder */
  chunking?: (() => Promise<Chunking>) | undefined;
}

/**
 * Counts what a run would do, and, where that is wanted, measures how long it would take.
 * @throws as `openUpstream` does, with `estimates`
 */
export async function planned(
  entries: AsyncIterable<readonly WalkEntry[]>,
  options: Omit<PlanOptions, 'sample'> & { estimates: boolean; signal: AbortSignal; begun: number },
): Promise<TimeEstimate | undefined> {
  const { settings, previous, remade, signal, events, counts, begun } = options;
  if (!options.estimates) {
    await countPlan(entries, options);
    return undefined;
  }
  const { LateUpstream, Sample, estimate } = await import('./estimate.js');
  const sample = new Sample();
  const upstream = new LateUpstream({ settings, previous, remade: remade?.space, signal, events });
  try {
    const started = performance.now();
    // Its model says how large chunks are, as in the run.
    const chunking = async () =>
      resolveChunking((await upstream.open()).embedder, settings, previous, remade);
    await countPlan(entries, { ...options, sample, chunking });
    const readSeconds = (performance.now() - started) / 1000 - upstream.seconds;
    const { tokensEmbedded: tokens, chunksEmbedded: texts } = counts;
    return await estimate(sample, upstream, { signal, tokens, texts, readSeconds, begun });
  } finally {
    await upstream.close();
  }
}

/** Counts into `options.counts`. `chunksEmbedded` and `tokensEmbedded` are what a real run would have to embed. */
export async function countPlan(
  entries: AsyncIterable<readonly WalkEntry[]>,
  options: PlanOptions,
): Promise<void> {
  const { settings, previous, remade, counts, signal } = options;
  const { counter, chunkTokens, mostTokens, isSame } = planChunking(
    settings,
    previous?.space ?? remade?.space,
  );
  const pinned = previous?.manifest.chunking ?? pinnedChunks(remade, isSame, mostTokens);
  const planned = chunkingBy(settings, pinned, { size: chunkTokens, counter });
  refuseSizes(planned, mostTokens);
  // The built-in embedder says by itself what it takes.
  const isPinned = (settings.chunkSize ?? pinned?.size ?? mostTokens) !== undefined;
  counts.isSizeGuessed = options.chunking === undefined && !isPinned;
  const chunking = options.chunking ?? (async () => planned);
  const kept = await KeptVectors.open(options.out, settings, previous?.space, options.events);
  try {
    await countRows(chunk(read(entries, options), chunking, counts, signal), kept, options);
  } finally {
    await kept.close();
  }
}

async function countRows(
  groups: AsyncIterable<Step[]>,
  kept: KeptVectors,
  { previous, counts, report, sample }: PlanOptions,
): Promise<void> {
  const seen = new Set<string>();
  const missing: Missing[] = [];
  let origin: Origin | undefined;
  for await (const group of groups) {
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
          const { text, context } = step.chunk;
          missing.push({ key, tokens, text: () => embeddedText({ text, context }) });
        }
      }
    }
    if (missing.length >= lookUpAtOnce) await lookUp(missing.splice(0), kept, counts, sample);
  }
  await lookUp(missing, kept, counts, sample);
}

/** A chunk that the output doesn't know. */
interface Missing {
  key: string;
  tokens: number;
  /** As it would be sent. */
  text(): string;
}

/** Texts that the cache is asked for together. */
const lookUpAtOnce = 1000;

async function lookUp(
  missing: readonly Missing[],
  kept: KeptVectors,
  counts: RunCounts,
  sample: Sample | undefined,
): Promise<void> {
  if (kept.asksCache) counts.cacheLookups += missing.length;
  const places = await kept.find(missing.map(({ key }) => key));
  for (const [at, { tokens, text }] of missing.entries()) {
    if (places[at] === 'journal') counts.chunksReused++;
    else if (places[at] === 'cache') counts.chunksFromCache++;
    else {
      counts.chunksEmbedded++;
      counts.tokensEmbedded += tokens;
      sample?.offer(text, tokens);
    }
  }
}
