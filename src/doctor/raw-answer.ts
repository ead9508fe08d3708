// Judges raw vectors, before the embedder rejects or normalises them.
import { EmbedderFault } from '../errors.js';
import { asText } from '../text/as-text.js';

/** The other fields of an answer of /api/embed; undefined when the server doesn't send them. */
export interface RawAnswer {
  vectors: number[][];
  tokens: number | undefined;
}

/** @throws {EmbedderFault} `bad-answer` when it isn't one */
export function readAnswer(json: unknown): RawAnswer {
  const { embeddings, prompt_eval_count } = (json ?? {}) as { [key: string]: unknown };
  if (!Array.isArray(embeddings) || !embeddings.every((one) => Array.isArray(one))) {
    throw new EmbedderFault('bad-answer', 'It answered without embeddings: is that an Ollama?');
  }
  return {
    vectors: embeddings as number[][],
    tokens: typeof prompt_eval_count === 'number' ? prompt_eval_count : undefined,
  };
}

/** Why a vector can't be an embedding, as a phrase; undefined when it can. */
export function faultOf(vector: readonly number[]): string | undefined {
  const bad = vector.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) return `value ${bad} is ${asText(vector[bad])}`;
  const norm = normOf(vector);
  if (norm === 0) return 'it is all zeros';
  // /api/embed normalises in float32. Legacy servers may not; then both sides of a comparison aren't normalised.
  return Math.abs(norm - 1) > 1e-3 ? `its length is ${norm.toFixed(4)} instead of 1` : undefined;
}

export function normOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! ** 2;
  return Math.sqrt(sum);
}

/** NaN for vectors of different lengths. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum / (normOf(a) * normOf(b));
}

/** Enough digits to see a difference, but no noise. */
export function shownCosine(value: number): string {
  return value >= 1 - 5e-5 ? '1.0000' : value.toFixed(4);
}
