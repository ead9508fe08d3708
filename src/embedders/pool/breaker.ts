// A circuit breaker around one endpoint. After several failures in a row, the circuit opens: the endpoint gets no
// requests for a while. Then one request, the probe, decides whether the others may follow.
import { EmbedderFault } from '../../errors.js';
import { policyOf } from '../../fault-policy.js';
import { orAborted } from '../../net/or-aborted.js';
import type { Embedder } from '../../types/embedder.js';
import { wrapEmbedder } from '../wrap-embedder.js';

export interface BreakerOptions {
  /** Failures in a row that open the circuit … @default 5 */
  failures?: number;
  /** … if the first of them is at least this long ago, in ms. @default 2000 */
  lastingMs?: number;
  /** How long the endpoint rests, in ms. @default 10000 */
  restMs?: number;
  /** The endpoint, for messages. @default the model */
  where?: string;
  /** Called for every change. */
  onChange?: (state: BreakerState) => void;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export type EmbedderWithBreaker = Embedder & {
  readonly breakerState: BreakerState;
  resetBreakers(): void;
};

/**
 * `closed` counts failures without a success between them. When a server restarts, many requests fail at the same
 * moment, and it answers again a few seconds later. Retries handle that, so it must not open the circuit.
 */
type Circuit =
  | { kind: 'closed'; failures: number; since: number }
  | { kind: 'open'; since: number; last: EmbedderFault | undefined }
  | { kind: 'half-open'; probe: Promise<unknown>; last: EmbedderFault | undefined };

/**
 * The embedder with a circuit breaker around each `embed`. While the circuit is open, `embed` throws a `resting` fault
 * at once. Its `retryAfterMs` is the time until the next probe, and its cause is the last failure. While the probe is in
 * flight, other requests wait for it.
 */
export function withBreaker(embedder: Embedder, options: BreakerOptions = {}): EmbedderWithBreaker {
  const {
    failures = 5,
    lastingMs = 2000,
    restMs = 10_000,
    where = embedder.identity.model,
    onChange,
  } = options;
  const none: Circuit = { kind: 'closed', failures: 0, since: 0 };
  let circuit: Circuit = none;

  function become(next: Circuit): void {
    const before = circuit.kind;
    circuit = next;
    if (next.kind !== before) onChange?.(next.kind);
  }

  const isResting = () => circuit.kind === 'open' && Date.now() - circuit.since < restMs;

  function failed(fault: EmbedderFault): void {
    if (!policyOf(fault).opensCircuit || circuit.kind !== 'closed') return;
    const now = Date.now();
    const since = circuit.failures === 0 ? now : circuit.since;
    const count = circuit.failures + 1;
    if (count >= failures && now - since >= lastingMs) become({ kind: 'open', since: now, last: fault });
    else circuit = { kind: 'closed', failures: count, since };
  }

  async function plain(...request: Parameters<Embedder['embed']>): ReturnType<Embedder['embed']> {
    try {
      const vectors = await embedder.embed(...request);
      if (circuit.kind === 'closed') circuit = none;
      return vectors;
    } catch (error) {
      if (error instanceof EmbedderFault) failed(error);
      throw error;
    }
  }

  async function probe(...request: Parameters<Embedder['embed']>): ReturnType<Embedder['embed']> {
    const work = embedder.embed(...request);
    const last = circuit.kind === 'open' ? circuit.last : undefined;
    const mine: Circuit = { kind: 'half-open', probe: work, last };
    become(mine);
    try {
      const vectors = await work;
      if (circuit === mine) become(none);
      return vectors;
    } catch (error) {
      // An aborted probe proves nothing, so it must not close the circuit.
      const isWell = error instanceof EmbedderFault && !policyOf(error).opensCircuit;
      const fault = error instanceof EmbedderFault ? error : last;
      if (circuit === mine) become(isWell ? none : { kind: 'open', since: Date.now(), last: fault });
      throw error;
    }
  }

  const guarded = wrapEmbedder(embedder, async (texts, embedOptions) => {
    if (circuit.kind === 'half-open') {
      // A request that waits for the probe must abort, too: only `embed` itself listens to the signal.
      await orAborted(Promise.allSettled([circuit.probe]), embedOptions?.signal);
    }
    if (circuit.kind === 'closed') return await plain(texts, embedOptions);
    if (circuit.kind === 'open' && !isResting()) return await probe(texts, embedOptions);
    const { since, last } = circuit.kind === 'open' ? circuit : { since: Date.now(), last: circuit.last };
    throw restingFault(where, Math.max(0, since + restMs - Date.now()), last);
  });
  const resetBreakers = () => become(none);
  return Object.defineProperty(Object.assign(guarded, { resetBreakers }), 'breakerState', {
    get: () => (circuit.kind === 'open' && !isResting() ? 'half-open' : circuit.kind),
    enumerable: true,
  }) as EmbedderWithBreaker;
}

function restingFault(where: string, retryAfterMs: number, cause: EmbedderFault | undefined): EmbedderFault {
  return new EmbedderFault(
    'resting',
    `${where} failed again and again, and gets no requests for ${Math.ceil(retryAfterMs / 1000)} s; the last failure: ${cause?.message ?? 'unknown.'}`,
    { cause, retryAfterMs },
  );
}
