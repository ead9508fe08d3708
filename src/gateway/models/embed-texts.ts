// Embeds texts through an orchestrator as an Ollama client expects it: cuts texts when the client allows it, and
// counts tokens as the server does. A long list is embedded a piece at a time, so that it may have any length.
import { setMaxListeners } from 'node:events';
import { setImmediate as nextLoop } from 'node:timers/promises';
import { type EmbedderFault, RejectedTextsError } from '../../errors.js';
import { isTooLong } from '../../fault-policy.js';
import type { TextOutcome } from '../../orchestrator/intake.js';
import type { BatchOrchestrator } from '../../orchestrator/orchestrator.js';
import type { Embedder } from '../../types/embedder.js';
import type { CacheUse, Priority, TraceContext } from '../../types/requests.js';
import type { Vector } from '../../types/vector.js';
import { RefusedError, tooLongWords } from '../routes/error-answers.js';

/** Bytes of one number of a vector: as a float, plus as text in most answers. */
const valueBytes = 16;
/** Texts that are embedded, and answered, together. */
const pieceLength = 128;
/** Max texts of one list under way: enough to keep several servers at work. */
const maxAhead = 2048;
/** Max bytes of the vectors of one list under way. */
const maxAheadBytes = 8 * 1024 * 1024;
/** Max bytes of an answer in memory at a time: longer ones are sent in parts. */
export const maxHeldBytes = 8 * 1024 * 1024;
/** Texts that are counted before others get a turn. */
const countedPerTurn = 256;

export interface Wish {
  /** Cut texts that are too long. */
  truncate: boolean;
  /** Dimensions of the vectors; the model's own when the model has no more. */
  dimensions: number | undefined;
  /** The context (num_ctx) that the client asks for. It can only make a text too long. */
  context?: number | undefined;
  priority: Priority | undefined;
  /** Requests of one lane follow each other; lanes take turns. */
  lane: string;
  cache: CacheUse | undefined;
  trace: TraceContext | undefined;
  signal: AbortSignal;
  /** Waits until an answer of so many bytes may be made. */
  room(bytes: number): Promise<void>;
  /** Tells how long the next vectors take at least, as far as is known, in ms. */
  expect(ms: number): void;
  /** Tells that vectors have come. */
  progress(): void;
}

export interface Embedding {
  /** Tokens of all texts that the model sees, including special tokens; exact for WordPiece models. */
  tokens: number;
  dimensions: number;
  /** Max bytes of the vectors that are made before they are asked for. */
  aheadBytes: number;
  /**
   * The vectors in order of the texts, one or more at a time. Ended early, it gives up the rest.
   * @throws {RejectedTextsError | ServiceError | QueueFullError | NotStartedError} as the orchestrator does
   */
  pieces(): AsyncGenerator<Vector[], void>;
}

/**
 * Embeds the texts. One that fits for sure is sent without permission to cut it, so that it shares requests and cache
 * entries with other clients' texts. The others are sent with that permission, if the client gives it.
 * @throws {RefusedError} when a text is longer than the context that the client asks for
 */
export async function embedTexts(
  model: BatchOrchestrator,
  texts: readonly string[],
  wish: Wish,
): Promise<Embedding> {
  const { embedder } = model;
  const dimensions = dimensionsOf(model, wish);
  await wish.room(Math.min(texts.length * dimensions * valueBytes, 2 * maxHeldBytes));
  const counts = await countsOf(embedder, texts, wish.signal);
  const tokens = counts.reduce((sum, count) => sum + Math.min(count, embedder.maxTokens), 0);
  const { context } = wish;
  if (
    !wish.truncate &&
    context !== undefined &&
    isExact(embedder) &&
    counts.some((count) => count > context)
  ) {
    throw new RefusedError(400, tooLongWords);
  }
  const aheadBytes = 4 * dimensions * maxAheadOf(dimensions);
  return {
    tokens,
    dimensions,
    aheadBytes,
    pieces: () => pieces(model, { texts, counts }, { ...wish, dimensions }),
  };
}

/** Tokens of each text. A long list lets others have their turns. */
async function countsOf(
  { counter }: Embedder,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<number[]> {
  const counts: number[] = [];
  for (const text of texts) {
    counts.push(counter.count(text) + counter.special);
    if (counts.length % countedPerTurn !== 0) continue;
    await nextLoop();
    signal.throwIfAborted();
  }
  return counts;
}

interface Counted {
  texts: readonly string[];
  counts: readonly number[];
}

/** Max texts of one list under way. */
function maxAheadOf(dimensions: number): number {
  return Math.min(maxAhead, Math.floor(maxAheadBytes / (4 * dimensions)));
}

/** Several pieces are under way, so that the servers have full batches from one piece to the next. */
async function* pieces(
  model: BatchOrchestrator,
  all: Counted,
  wish: Wish & { dimensions: number },
): AsyncGenerator<Vector[], void> {
  const length = Math.max(1, Math.min(pieceLength, model.config.maxQueueSize));
  const most = Math.max(2, Math.floor(maxAheadOf(wish.dimensions) / length));
  // A single piece, as most requests are, is given up with the request.
  const end = all.texts.length > length ? new AbortController() : undefined;
  const signal = end ? AbortSignal.any([wish.signal, end.signal]) : wish.signal;
  // Each piece listens to it.
  if (end) setMaxListeners(0, signal);
  const underWay: { vectors: Promise<Vector[]>; tokens: number }[] = [];
  let next = 0;
  try {
    while (next < all.texts.length || underWay.length > 0) {
      while (next < all.texts.length && underWay.length < most) {
        const texts = all.texts.slice(next, next + length);
        const counts = all.counts.slice(next, next + length);
        // Once the first ones are taken, the list goes on, however full the queue is.
        const vectors = embedPiece(model, { texts, counts }, { ...wish, signal }, next === 0);
        vectors.catch(() => undefined); // It is thrown when its turn comes.
        underWay.push({ vectors, tokens: counts.reduce((sum, count) => sum + count, 0) });
        next += length;
        // So that the first ones are queued first.
        if (next < all.texts.length) await nextLoop();
      }
      const tokens = underWay.reduce((sum, one) => sum + one.tokens, 0);
      wish.expect(tokens * msPerToken(model.embedder));
      const piece = await underWay[0]!.vectors;
      wish.progress();
      underWay.shift();
      yield piece;
    }
  } finally {
    end?.abort(new Error('The list was given up.'));
  }
}

/** Mean time of a token at its servers, in ms; 0 while nothing is known. */
function msPerToken({ endpoints }: Embedder): number {
  const speeds = (endpoints?.() ?? []).flatMap((one) => one.msPerToken ?? []);
  return Math.max(0, ...speeds);
}

async function embedPiece(
  model: BatchOrchestrator,
  { texts, counts }: Counted,
  wish: Wish,
  mayBeRefused: boolean,
): Promise<Vector[]> {
  const mayBeCut = counts.map((count) => wish.truncate && !fits(count, model.embedder));
  const asking = { model, texts, wish, mayBeRefused };
  const [whole, cut] = await Promise.all([
    ask(asking, (index) => !mayBeCut[index], false),
    ask(asking, (index) => mayBeCut[index]!, true),
  ]);
  const again = await ask(asking, (index) => wish.truncate && wasTooLong(whole[index]), true);
  return vectorsOf(texts.map((_, index) => again[index] ?? cut[index] ?? whole[index]!));
}

/** Dimensions of the vectors to answer with. */
function dimensionsOf({ space }: BatchOrchestrator, { dimensions = space.dimensions }: Wish): number {
  return dimensions >= 1 && dimensions < space.dimensions ? dimensions : space.dimensions;
}

function isExact({ counter }: Embedder): boolean {
  return counter.id.startsWith('wordpiece/');
}

/** The built-in embedder needs no cutting: it embeds long texts window by window. An estimate may be off by half. */
function fits(count: number, embedder: Embedder): boolean {
  if (embedder.identity.embedder === 'builtin') return true;
  return (isExact(embedder) ? count : count * 2) <= embedder.maxTokens;
}

function wasTooLong(outcome: TextOutcome | undefined): boolean {
  return outcome !== undefined && 'fault' in outcome && isTooLong(outcome.fault);
}

interface Asking {
  model: BatchOrchestrator;
  texts: readonly string[];
  wish: Wish;
  /** A full queue refuses them; else they wait for room. */
  mayBeRefused: boolean;
}

/** Embeds the chosen texts and stores each outcome at its index. */
async function ask(
  { model, texts, wish, mayBeRefused }: Asking,
  isChosen: (index: number) => boolean,
  truncate: boolean,
): Promise<(TextOutcome | undefined)[]> {
  const { signal, priority, lane, cache, trace } = wish;
  const dimensions = dimensionsOf(model, wish);
  const isShorter = dimensions < model.space.dimensions;
  const outcomes: (TextOutcome | undefined)[] = new Array(texts.length).fill(undefined);
  const places = [...texts.keys()].filter(isChosen);
  if (places.length === 0) return outcomes;
  const answered = await model.processEmbeddingsBatch(
    places.map((index) => texts[index]!),
    {
      signal,
      caller: lane,
      truncate,
      whenFull: mayBeRefused ? 'reject' : 'wait',
      takesEmpty: true,
      atOnce: true,
      ...(priority !== undefined && { priority }),
      ...(isShorter && { dimensions }),
      ...(cache !== undefined && { cacheUse: cache }),
      ...(trace && { trace }),
    },
  );
  for (const [at, index] of places.entries()) outcomes[index] = answered[at]!;
  return outcomes;
}

function vectorsOf(outcomes: readonly TextOutcome[]): Vector[] {
  const rejected: { index: number; fault: EmbedderFault }[] = [];
  const vectors = outcomes.map((outcome, index) => {
    if ('error' in outcome) throw outcome.error;
    if ('vector' in outcome) return outcome.vector;
    rejected.push({ index, fault: outcome.fault });
    return undefined;
  });
  if (rejected.length > 0) throw new RejectedTextsError(rejected, vectors);
  return vectors as Vector[];
}
