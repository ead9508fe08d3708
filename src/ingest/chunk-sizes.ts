// How large chunks are, and which sizes are refused: by a run that has its embedder, and by a dry run as far as they are known without
// one.
import type { Settings } from '../config/settings.js';
import { UsageError, VectorSpaceError } from '../errors.js';
import type { Output } from '../output/read/output.js';
import type { Embedder } from '../types/embedder.js';
import type { Chunking } from './chunking.js';
import type { Remade } from './previous.js';

/** Share of the embedder's limit that a chunk may use, since an estimate may be a little low. */
const tokenMargin = 0.95;

/**
 * @param most tokens of a chunk that the model takes; undefined when that isn't known
 * @param model for the message
 * @throws {UsageError} when a chunk is larger than the model takes, or more than half of it is repeated in the next
 */
export function refuseSizes(
  { size, overlap }: { size: number; overlap: number },
  most: number | undefined,
  model = 'the built-in embedder',
): void {
  if (most !== undefined && size > most) {
    throw new UsageError(
      `--chunk-size ${size} is more than ${model} takes: use ${most} tokens or fewer, as --chunk-size ${most}, or another model.`,
    );
  }
  if (overlap * 2 > size) {
    throw new UsageError(`--chunk-overlap ${overlap} is more than half of the chunk size ${size}: use less.`);
  }
}

/** What of the cutting is pinned by an output. */
interface PinnedChunks {
  size?: number;
  overlap?: number;
  context?: 'headings' | undefined;
}

/**
 * What a rebuild keeps of how the output was cut: with the same model the sizes, unless the model takes less now; the context always.
 * @param isSame whether the same model embeds
 * @param most tokens of a chunk that it takes
 */
export function pinnedChunks(
  remade: Remade | undefined,
  isSame: boolean,
  most = Number.POSITIVE_INFINITY,
): PinnedChunks | undefined {
  if (remade === undefined) return undefined;
  const { chunking } = remade;
  return isSame && chunking.size <= most ? chunking : { context: chunking.context };
}

/**
 * How a run cuts documents for an embedder.
 * @throws {UsageError} when the flags don't fit the model, or the output's chunks
 * @throws {VectorSpaceError} when the output's chunks were counted in another way
 */
export function resolveChunking(
  embedder: Embedder,
  settings: Settings,
  previous: Output | undefined,
  remade?: Remade,
): Chunking {
  requirePinnedCounter(embedder, previous);
  const { counter, identity, maxTokens, defaultChunkTokens } = embedder;
  const prefix = counter.count(identity.prefixes.document);
  const room = maxTokens - counter.special - prefix;
  const most = counter.id.startsWith('estimate') ? Math.floor(room * tokenMargin) : room;
  const isSame = identity.embedder === remade?.space.embedder && identity.model === remade.space.model;
  const pinned = previous?.manifest.chunking ?? pinnedChunks(remade, isSame, most);
  const chunking = chunkingBy(settings, pinned, { size: Math.min(defaultChunkTokens, most), counter });
  refuseSizes(chunking, most, identity.model);
  return chunking;
}

/** What is set counts, then what is pinned, then the model's own. */
export function chunkingBy(
  settings: Settings,
  pinned: PinnedChunks | undefined,
  { size, counter }: Pick<Chunking, 'size' | 'counter'>,
): Chunking {
  return {
    size: settings.chunkSize ?? pinned?.size ?? size,
    overlap: settings.chunkOverlap ?? pinned?.overlap ?? 0,
    headings: (settings.context ?? pinned?.context) === 'headings',
    counter,
  };
}

/** Refuses another token counter: it would move the boundaries of chunks. */
function requirePinnedCounter(embedder: Embedder, previous: Output | undefined): void {
  const pinned = previous?.manifest.chunking.counter;
  if (pinned === undefined || pinned === embedder.counter.id) return;
  throw new VectorSpaceError(
    `The output's chunks were counted with ${pinned}, but the embedder now has ${embedder.counter.id}: ` +
      'use --rebuild to chunk all documents again.',
  );
}
