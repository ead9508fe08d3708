// Servers that were down when the others were opened: tried again in the background while the embedder is
// used, and taken in when their vectors fit.
import type { Measured } from '../embedders/alike.js';
import type { Member } from '../embedders/endpoint.js';
import type { OllamaAddress } from '../embedders/ollama/host.js';
import type { EmbedderPool } from '../embedders/pool.js';
import { wrapped } from '../embedders/retry.js';
import { compareSpaces } from '../embedders/space.js';
import type { Embedder, EndpointState, VectorSpace } from '../types.js';

/** A server that was opened. */
export interface OpenedMember {
  member: Member;
  measured: Measured;
}

export interface LatecomerOptions {
  absent: readonly OllamaAddress[];
  /** The space of those that are up. */
  space: VectorSpace;
  /** @throws when the server is still down, or can't be used yet */
  open(address: OllamaAddress, signal: AbortSignal): Promise<OpenedMember>;
  /** Ends a try. */
  signal: AbortSignal;
  onNotice(message: string): void;
  /** Between two tries, in ms. @default 15000 */
  pauseMs?: number;
}

/** The pool, which grows when those that are absent come. Requests start the tries, and never wait for them. */
export function withLatecomers(pool: EmbedderPool, options: LatecomerOptions): Embedder {
  const latecomers = new Latecomers(pool, options);
  return {
    ...wrapped(pool, (texts, embedOptions) => {
      latecomers.knock();
      return pool.embed(texts, embedOptions);
    }),
    endpoints: () => [...pool.endpoints(), ...latecomers.states()],
    close: async () => {
      await latecomers.stop();
      await pool.close();
    },
  };
}

class Latecomers {
  readonly #pool: EmbedderPool;
  readonly #options: LatecomerOptions;
  readonly #pauseMs: number;
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  readonly #absent: Set<OllamaAddress>;
  readonly #refused = new Set<OllamaAddress>();
  #lastTry = performance.now();
  #trying: Promise<unknown> | undefined;

  constructor(pool: EmbedderPool, options: LatecomerOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#pauseMs = options.pauseMs ?? 15_000;
    this.#absent = new Set(options.absent);
    this.#signal = AbortSignal.any([options.signal, this.#end.signal]);
  }

  /** Starts a try when one is due. */
  knock(): void {
    if (this.#absent.size === 0 || this.#trying !== undefined) return;
    if (performance.now() - this.#lastTry < this.#pauseMs) return;
    this.#trying = Promise.allSettled([...this.#absent].map((address) => this.#try(address))).then(() => {
      this.#lastTry = performance.now();
      this.#trying = undefined;
    });
  }

  async #try(address: OllamaAddress): Promise<void> {
    const { space, onNotice, open } = this.#options;
    const { member, measured } = await open(address, this.#signal);
    const comparison = compareSpaces(space, measured.space);
    this.#absent.delete(address);
    if (comparison.same && !this.#signal.aborted) {
      this.#pool.add(member);
      onNotice(`Ollama at ${member.url} is back and takes part.`);
      return;
    }
    await member.embedder.close();
    if (comparison.same) return;
    this.#refused.add(address);
    onNotice(
      `Ollama at ${member.url} is back, but gives other vectors than the others (${comparison.reason}): ` +
        'it stays out; give it their version and model.',
    );
  }

  states(): EndpointState[] {
    return [...this.#absent, ...this.#refused].map(({ url, weight }) => ({
      url: url.href.replace(/\/$/, ''),
      weight,
      breaker: 'open',
      inFlight: 0,
      requests: 0,
      failures: 0,
      msPerToken: undefined,
    }));
  }

  async stop(): Promise<void> {
    this.#end.abort(new Error('The embedder was closed.'));
    await this.#trying;
  }
}
