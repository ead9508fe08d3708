// The vector of a question, by the embedder that made an index.
import type { Settings } from '../config/settings.js';
import { compareSpaces } from '../embedders/guard/compare-spaces.js';
import { unknownScript } from '../embedders/guard/unknown-script.js';
import { UsageError, VectorSpaceError } from '../errors.js';
import type { RunEvents } from '../events.js';
import type { Embedder } from '../types/embedder.js';
import type { VectorSpace } from '../types/space.js';
import type { Vector } from '../types/vector.js';
import { openEmbedder } from '../upstream/choose-embedder.js';

/** What is searched. */
export interface Searched {
  space: VectorSpace;
  /** Id of the counter of its chunks, where it is known. */
  counter?: string;
  /** For messages. */
  where: string;
}

/** @throws {UsageError} when a question is blank */
export function refuseBlank(questions: readonly string[]): void {
  if (!questions.some((question) => question.trim() === '')) return;
  throw new UsageError('Nothing to search for: give a question.');
}

/**
 * An embedder for questions to what is searched.
 * @param mostTexts of one request: one that is opened for a single question needn't show what it does with many
 * @throws {VectorSpaceError} when it gives vectors of another space
 */
export async function openFor(
  { space, counter, where }: Searched,
  settings: Settings,
  events: RunEvents,
  signal: AbortSignal,
  mostTexts = 1,
): Promise<Embedder> {
  const { embedder, measured } = await openEmbedder({
    settings,
    previous: space,
    pinnedCounter: counter,
    signal,
    asksOnly: true,
    mostTexts,
    events,
  });
  const comparison = compareSpaces(space, measured.space);
  if (comparison.same) return embedder;
  await embedder.close();
  throw new VectorSpaceError(
    `The index ${where} is of another vector space than the embedder (${comparison.reason}): ` +
      'search with the embedder that made it, or make it again with `embed ingest --rebuild`.',
  );
}

/**
 * @param questions as many as fit into one request
 * @throws {UsageError} when the model doesn't know the script of one
 */
export async function questionVectors(
  embedder: Embedder,
  questions: readonly string[],
  { space }: Searched,
  signal: AbortSignal,
): Promise<Vector[]> {
  for (const question of questions) {
    const unknown = unknownScript(embedder, question);
    if (unknown) throw new UsageError(unknown.message, { cause: unknown });
  }
  const texts = questions.map((question) => space.prefixes.query + question);
  return await embedder.embed(texts, { signal });
}
