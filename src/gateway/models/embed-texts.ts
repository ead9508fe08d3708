// Embeds texts through an orchestrator as an Ollama client expects it: cuts texts when the client allows it, and
// counts tokens as the server does.
import { type EmbedderFault, RejectedTextsError } from '../../errors.js';
import { isTooLong } from '../../fault-policy.js';
import type { TextOutcome } from '../../orchestrator/intake.js';
import type { BatchOrchestrator } from '../../orchestrator/orchestrator.js';
import type { Embedder } from '../../types/embedder.js';
import type { Priority } from '../../types/requests.js';
import type { Vector } from '../../types/vector.js';
import { RefusedError, tooLongWords } from '../routes/error-answers.js';

/** Bytes of one number of a vector: as a float, plus as text in most answers. */
const valueBytes = 16;

export interface Wish {
  /** Cut texts that are too long. */
  truncate: boolean;
  /** Dimensions of the vectors; the model's own when the model has no more. */
  dimensions: number | undefined;
  /** The context (num_ctx) that the client asks for. It can only make a text too long. */
  context?: number | undefined;
  priority: Priority | undefined;
  caller: string;
  signal: AbortSignal;
  /** Waits until an answer of so many bytes may be made. */
  room(bytes: number): Promise<void>;
}

export interface Embedded {
  vectors: Vector[];
  /** Tokens of all texts that the model sees, including special tokens; exact for WordPiece models. */
  tokens: number;
}

/**
 * Embeds the texts. One that fits for sure is sent without permission to cut it, so that it shares requests and cache
 * entries with other clients' texts. The others are sent with that permission, if the client gives it.
 * @param texts none of them empty
 * @throws {RejectedTextsError | ServiceError | QueueFullError | NotStartedError} as the orchestrator does
 */
export async function embedTexts(
  model: BatchOrchestrator,
  texts: readonly string[],
  wish: Wish,
): Promise<Embedded> {
  const { embedder } = model;
  await wish.room(texts.length * dimensionsOf(model, wish) * valueBytes);
  const { counter, maxTokens } = embedder;
  const counts = texts.map((text) => counter.count(text) + counter.special);
  const tokens = counts.reduce((sum, count) => sum + Math.min(count, maxTokens), 0);
  const { context } = wish;
  if (
    !wish.truncate &&
    context !== undefined &&
    isExact(embedder) &&
    counts.some((count) => count > context)
  ) {
    throw new RefusedError(400, tooLongWords);
  }
  const mayBeCut = counts.map((count) => wish.truncate && !fits(count, embedder));
  const [whole, cut] = await Promise.all([
    ask(model, texts, wish, (index) => !mayBeCut[index], false),
    ask(model, texts, wish, (index) => mayBeCut[index]!, true),
  ]);
  const again = await ask(model, texts, wish, (index) => wish.truncate && wasTooLong(whole[index]), true);
  return { vectors: vectorsOf(texts.map((_, index) => again[index] ?? cut[index] ?? whole[index]!)), tokens };
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

/** Embeds the chosen texts and stores each outcome at its index. */
async function ask(
  model: BatchOrchestrator,
  texts: readonly string[],
  wish: Wish,
  isChosen: (index: number) => boolean,
  truncate: boolean,
): Promise<(TextOutcome | undefined)[]> {
  const { signal, priority, caller } = wish;
  const dimensions = dimensionsOf(model, wish);
  const isShorter = dimensions < model.space.dimensions;
  const outcomes: (TextOutcome | undefined)[] = new Array(texts.length).fill(undefined);
  const places = [...texts.keys()].filter(isChosen);
  if (places.length === 0) return outcomes;
  const answered = await model.processEmbeddingsBatch(
    places.map((index) => texts[index]!),
    {
      signal,
      caller,
      truncate,
      whenFull: 'reject',
      ...(priority !== undefined && { priority }),
      ...(isShorter && { dimensions }),
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
