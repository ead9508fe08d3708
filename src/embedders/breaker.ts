// A circuit breaker around one endpoint: after several failures in a row it is left alone for a while, and
// then one request, the probe, decides whether the others may follow.
import { BrokenCircuitError, CircuitState, circuitBreaker, handleWhen, type IBreaker } from 'cockatiel';
import { EmbedderFault, type FaultMeaning } from '../errors.js';
import type { Embedder } from '../types.js';
import { orAborted } from './abort.js';
import { wrapped } from './retry.js';

export interface BreakerOptions {
  /** Failures in a row that open the circuit … @default 5 */
  failures?: number;
  /** … when the first of them is this long ago, in ms. @default 2000 */
  lastingMs?: number;
  /** How long the endpoint is left alone, in ms. @default 10000 */
  restMs?: number;
  /** The endpoint, for messages. @default the model */
  where?: string;
  /** Told of every change. */
  onChange?: (state: BreakerState) => void;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export type EmbedderWithBreaker = Embedder & {
  readonly breakerState: BreakerState;
  resetBreakers(): void;
};

/** Which faults say that the endpoint is unwell; the others lie with the request, or with a server that is alive. */
const unwell: ReadonlySet<FaultMeaning> = new Set(['unreachable', 'timeout', 'bad-answer']);

/**
 * Failures without a success between them. Many requests fail at the same moment when a server restarts, which
 * a few seconds later answers again: what retries get over must not open the circuit.
 */
class Streak implements IBreaker {
  state = 0;
  readonly #failures: number;
  readonly #lastingMs: number;
  #since = 0;

  constructor(failures: number, lastingMs: number) {
    this.#failures = failures;
    this.#lastingMs = lastingMs;
  }

  success(): void {
    this.state = 0;
  }

  failure(): boolean {
    if (this.state++ === 0) this.#since = Date.now();
    return this.state >= this.#failures && Date.now() - this.#since >= this.#lastingMs;
  }
}

/**
 * The embedder with a circuit breaker around each `embed`. While the circuit is open, `embed` throws a
 * `resting` fault at once, whose `retryAfterMs` is the time until the next probe and whose cause is the last
 * failure. While the probe is out, the others wait for it.
 */
export function withBreaker(embedder: Embedder, options: BreakerOptions = {}): EmbedderWithBreaker {
  const {
    failures = 5,
    lastingMs = 2000,
    restMs = 10_000,
    where = embedder.identity.model,
    onChange,
  } = options;
  let openedAt = 0;
  const streak = new Streak(failures, lastingMs);
  const policy = circuitBreaker(
    handleWhen((error) =>
      // A probe that was aborted proves nothing: the circuit must not close for it.
      error instanceof EmbedderFault ? unwell.has(error.meaning) : policy.state === CircuitState.HalfOpen,
    ),
    { halfOpenAfter: restMs, breaker: streak },
  );
  policy.onStateChange((state) => {
    if (state === CircuitState.Open) openedAt = Date.now();
    if (state !== CircuitState.Isolated) onChange?.(nameOf(state));
  });

  const guarded = wrapped(embedder, async (texts, embedOptions) => {
    try {
      const work = policy.execute(() => embedder.embed(texts, embedOptions));
      // Only the embedder itself hears the signal; one that waits for the probe doesn't come to it.
      return await (policy.state === CircuitState.Closed ? work : orAborted(work, embedOptions?.signal));
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw restingFault(where, Math.max(0, openedAt + restMs - Date.now()), policy.lastFailure);
    }
  });
  const extras = {
    resetBreakers(): void {
      streak.success();
      // Cockatiel has no other way to close a circuit.
      if (policy.state !== CircuitState.Closed) policy.isolate().dispose();
    },
  };
  return Object.defineProperty(Object.assign(guarded, extras), 'breakerState', {
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

function restingFault(where: string, retryAfterMs: number, failure: object | undefined): EmbedderFault {
  const cause = failure !== undefined && 'error' in failure ? failure.error : undefined;
  const last = cause instanceof Error ? cause.message : 'unknown.';
  return new EmbedderFault(
    'resting',
    `${where} failed again and again and is left alone for ${Math.ceil(retryAfterMs / 1000)} s; the last failure: ${last}`,
    { cause, retryAfterMs },
  );
}
