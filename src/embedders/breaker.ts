// A circuit breaker around one endpoint: after several failures in a row it is left alone for a while, and
// then one request, the probe, decides whether the others may follow.
import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { EmbedderFault, type FaultMeaning } from '../errors.js';
import type { Embedder } from '../types.js';
import { wrapped } from './retry.js';

export interface BreakerOptions {
  /** Failures in a row that open the circuit. @default 5 */
  failures?: number;
  /** How long the endpoint is left alone, in ms. @default 10000 */
  restMs?: number;
  /** Told of every change. */
  onChange?: (state: BreakerState) => void;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export type EmbedderWithBreaker = Embedder & { readonly breakerState: BreakerState };

/** Which faults say that the endpoint is unwell; the others lie with the request. */
const unwell: Record<FaultMeaning, boolean> = {
  unreachable: true,
  timeout: true,
  busy: true,
  'bad-answer': true,
  'bad-input': false,
  'too-long': false,
  'missing-model': false,
  refused: false,
};

/**
 * The embedder with a circuit breaker around each `embed`. While the circuit is open, `embed` throws an
 * `unreachable` fault at once, whose `retryAfterMs` is the time until the next probe.
 */
export function withBreaker(embedder: Embedder, options: BreakerOptions = {}): EmbedderWithBreaker {
  const { failures = 5, restMs = 10_000, onChange } = options;
  let openedAt = 0;
  const policy = circuitBreaker(
    handleWhen((error) =>
      // A probe that was aborted proves nothing: the circuit must not close for it.
      error instanceof EmbedderFault ? unwell[error.meaning] : policy.state === CircuitState.HalfOpen,
    ),
    { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(failures) },
  );
  policy.onStateChange((state) => {
    if (state === CircuitState.Open) openedAt = Date.now();
    onChange?.(nameOf(state));
  });

  const guarded = wrapped(embedder, async (texts, embedOptions) => {
    try {
      return await policy.execute(() => embedder.embed(texts, embedOptions));
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      const retryAfterMs = Math.max(0, openedAt + restMs - Date.now());
      throw new EmbedderFault(
        'unreachable',
        `${embedder.identity.model} failed ${failures} times in a row and is left alone for a while.`,
        { cause: reasonOf(policy.lastFailure), retryAfterMs },
      );
    }
  });
  return Object.defineProperty(guarded, 'breakerState', {
    // The policy itself leaves the open state only with the next request.
    get: () =>
      policy.state === CircuitState.Open && Date.now() - openedAt >= restMs
        ? 'half-open'
        : nameOf(policy.state),
    enumerable: true,
  }) as EmbedderWithBreaker;
}

function nameOf(state: CircuitState): BreakerState {
  return state === CircuitState.Closed ? 'closed' : state === CircuitState.HalfOpen ? 'half-open' : 'open';
}

function reasonOf(failure: object | undefined): unknown {
  return failure !== undefined && 'error' in failure ? failure.error : undefined;
}
