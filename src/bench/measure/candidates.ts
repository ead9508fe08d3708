// The settings to compare: texts of a request, and requests in flight.

export type CandidateKind = 'individual' | 'batched' | 'adaptive' | 'cold-cache' | 'warm-cache';

export interface Candidate {
  /** Stable: `individual-1`, `batched-32x2`, `adaptive`, `cold-cache`, `warm-cache`. */
  id: string;
  kind: CandidateKind;
  /** Max texts of a request. For `adaptive`, the start value. */
  batchSize: number;
  /** Max requests in flight. For `adaptive`, the start value. */
  concurrency: number;
}

/** Batch sizes and numbers of requests in flight; all combinations are settings. */
export interface Grid {
  sizes: readonly number[];
  concurrencies: readonly number[];
}

/** The setting that all others are compared with. */
export const sequentialCandidate: Candidate = {
  id: 'individual-1',
  kind: 'individual',
  batchSize: 1,
  concurrency: 1,
};

/** The default of an ingest. */
export const adaptiveCandidate: Candidate = {
  id: 'adaptive',
  kind: 'adaptive',
  batchSize: 32,
  concurrency: 2,
};

export function fixed(batchSize: number, concurrency: number): Candidate {
  if (batchSize > 1) {
    return { id: `batched-${batchSize}x${concurrency}`, kind: 'batched', batchSize, concurrency };
  }
  return { id: `individual-${concurrency}`, kind: 'individual', batchSize, concurrency };
}

/** The same setting with an empty cache, or with one that holds every vector. */
export function cached(kind: 'cold-cache' | 'warm-cache', { batchSize, concurrency }: Candidate): Candidate {
  return { id: kind, kind, batchSize, concurrency };
}

/** @returns {@link sequentialCandidate} first, for any grid */
export function candidatesOf({ sizes, concurrencies }: Grid): Candidate[] {
  const all = sizes.flatMap((size) => concurrencies.map((concurrency) => fixed(size, concurrency)));
  return [sequentialCandidate, ...all.filter(({ id }) => id !== sequentialCandidate.id)];
}

/** Texts in flight: memory, and the wait of a single text, grow with them. */
export function width({ batchSize, concurrency }: Candidate): number {
  return batchSize * concurrency;
}

/** In words: `32 texts × 2`, `one at a time`. */
export function nameOf({ kind, batchSize, concurrency }: Candidate): string {
  if (kind === 'adaptive') return 'adaptive';
  if (kind === 'cold-cache') return 'cold cache';
  if (kind === 'warm-cache') return 'warm cache';
  if (kind === 'individual') return concurrency === 1 ? 'one at a time' : `singly, ${concurrency} at once`;
  return `${batchSize} texts × ${concurrency}`;
}
