// What became of the texts of a call, as its caller wants it: all vectors, or one error.
import { RejectedTextsError } from '../errors.js';
import type { Vector } from '../types/vector.js';
import type { TextOutcome } from './intake.js';

/** @throws {RejectedTextsError}, or the error that failed all texts */
export function vectorsOf(outcomes: readonly TextOutcome[]): Vector[] {
  for (const outcome of outcomes) if ('error' in outcome) throw outcome.error;
  const vectors = outcomes.map((outcome) => ('vector' in outcome ? outcome.vector : undefined));
  const rejected = outcomes.flatMap((outcome, index) =>
    'fault' in outcome ? [{ index, fault: outcome.fault }] : [],
  );
  if (rejected.length > 0) throw new RejectedTextsError(rejected, vectors);
  return vectors as Vector[];
}
