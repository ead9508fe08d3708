// src/bench/texts: which texts are measured.
//
// In: settings and paths. Out: chunks of the user's own documents, cut as an ingest cuts them, or those of bundled.ts.
// What must hold: any stretch of them holds about the same mix of short and long texts, so that rounds can be compared.
import { dirname, resolve } from 'node:path';
import type { Settings } from '../../config/settings.js';
import { resolveRoots } from '../../documents/walk/paths/roots.js';
import type { WalkEntry } from '../../documents/walk/walk.js';
import { UsageError } from '../../errors.js';
import { noEvents } from '../../events.js';
import type { Chunking } from '../../ingest/chunking.js';
import { RunCounts } from '../../ingest/run-counts.js';
import { chunk } from '../../ingest/stages/chunk.js';
import { read } from '../../ingest/stages/read.js';
import { limitsOf } from '../../ingest/stages/read-options.js';
import { Listing, walkOptions } from '../../ingest/survey/found-files.js';
import { embeddedText } from '../../text/embedded-text.js';
import { hexHash } from '../../text/sha256.js';
import type { TokenCounter } from '../../types/embedder.js';
import { type Random, shuffled } from '../statistics/random.js';
import { bundledTexts } from './bundled.js';

/** The texts of a run, without prefixes. */
export interface Sample {
  source: 'documents' | 'bundled';
  texts: readonly string[];
  /** Names the texts and their order: runs with the same hash measured the same. */
  hash: string;
}

export interface SampleOptions {
  /** None: the bundled texts. */
  paths: readonly string[];
  settings: Settings;
  /** Folder that relative paths start from. */
  cwd: string;
  chunking: Chunking;
  /** Whether all embedders take a text. */
  fits(text: string): boolean;
  random: Random;
  signal: AbortSignal;
}

/** More distinct texts than any round needs; a round that needs more begins again at the first. */
const maxTexts = 1024;

/** Files that are read at most, drawn from all, so that a large folder isn't judged by its first files. */
const maxFiles = 200;

/** Chunks among which the texts are drawn. */
const maxChunks = 8192;

/** @throws {UsageError} when a path doesn't exist, or no text was found */
export async function sampleTexts(options: SampleOptions): Promise<Sample> {
  const { paths, chunking, fits, random } = options;
  const source = paths.length === 0 ? 'bundled' : 'documents';
  const all = source === 'bundled' ? bundledTexts : await chunksOf(options);
  const usable = all.filter(fits);
  if (usable.length === 0) {
    throw new UsageError(
      `There is no text in ${paths.join(', ') || 'the bundled texts'} that the model takes: name other documents, or none for the bundled texts.`,
    );
  }
  const texts = spread(shuffled(usable, random).slice(0, maxTexts), chunking.counter);
  const hash = hexHash('sha256', JSON.stringify(texts)).slice(0, 16);
  return { source, texts, hash };
}

/** Distinct chunks of files drawn by chance. */
async function chunksOf({
  paths,
  settings,
  cwd,
  chunking,
  random,
  signal,
}: SampleOptions): Promise<string[]> {
  if (paths.includes('-')) {
    throw new UsageError('A measurement reads files only: name files or folders instead of -.');
  }
  const out = resolve(cwd, settings.out);
  const roots = await resolveRoots(paths, cwd, dirname(out));
  const listing = new Listing(roots, undefined, walkOptions(settings, out, signal));
  const entries: WalkEntry[] = [];
  for await (const group of listing.first({})) {
    entries.push(...group.filter((entry) => entry.kind === 'file'));
  }
  const drawn = new Set(shuffled(entries, random).slice(0, maxFiles));
  const texts = new Set<string>();
  const counts = new RunCounts();
  const documents = read(oneByOne(entries.filter((entry) => drawn.has(entry))), {
    previous: undefined,
    removed: new Set(),
    leftOut: new Set(),
    sameSplitter: false,
    limit: Number.POSITIVE_INFINITY,
    counts,
    events: noEvents,
    generated: settings.generated,
    maxFileSize: settings.maxFileSize,
    readerLimits: limitsOf(settings),
    signal,
  });
  for await (const steps of chunk(documents, async () => chunking, counts, signal)) {
    signal.throwIfAborted();
    for (const step of steps) if (step.kind === 'row') texts.add(embeddedText(step.chunk));
    if (texts.size >= maxChunks) break;
  }
  return [...texts];
}

async function* oneByOne(entries: readonly WalkEntry[]): AsyncGenerator<WalkEntry[]> {
  for (const entry of entries) yield [entry];
}

/**
 * Sorted by length and then taken in steps of the golden ratio, which fall evenly on short and long ones: two
 * settings that measure stretches of different length still measure the same work a text.
 */
function spread(texts: readonly string[], counter: TokenCounter): string[] {
  const sorted = texts
    .map((text) => ({ text, tokens: counter.count(text) }))
    .sort((a, b) => a.tokens - b.tokens || (a.text < b.text ? -1 : 1));
  const golden = (Math.sqrt(5) - 1) / 2;
  const ranks = sorted
    .map((_, index) => ({ index, at: (index * golden) % 1 }))
    .sort((a, b) => a.at - b.at)
    .map(({ index }) => index);
  const result = new Array<string>(sorted.length);
  for (const [rank, index] of ranks.entries()) result[index] = sorted[rank]!.text;
  return result;
}
