// One text that waits for its vector. Callers that ask for the same text share its ticket.
import type { EmbedderFault } from '../errors.js';
import type { Priority, TraceContext } from '../types/requests.js';
import type { Vector } from '../types/vector.js';
import type { Entry } from './priority-queue.js';

/** Texts must have the same kind to share a request. */
export interface BatchKind {
  truncate: boolean;
  /** Dimensions of the vector; undefined: the space's. */
  dimensions: number | undefined;
}

export const plainKind: BatchKind = { truncate: false, dimensions: undefined };

/** A text to embed. */
export interface TextRequest {
  /** SHA-256 of the text, lower-case hex. Texts with the same space and hash are the same. */
  hash: string;
  /** Id under which a cache stores its vector: it differs by prefix and kind. @default one for all */
  space?: string;
  /** The text as it is sent, including its prefix. */
  text: string;
  tokens: number;
  /** @default 2 */
  priority?: Priority;
  /** Name of the caller: callers of the same priority take turns. @default one for all */
  lane?: string;
  /** @default nothing is cut, the space's dimensions */
  kind?: BatchKind;
  /** Of which trace it is a part. @default none */
  trace?: TraceContext | undefined;
}

/** A key that is equal for equal texts. */
export function keyOf({ space = '', hash }: TextRequest): string {
  return space + hash;
}

export class Ticket implements Entry {
  /** Equal for equal texts. */
  readonly key: string;
  readonly hash: string;
  readonly space: string;
  readonly text: string;
  readonly tokens: number;
  readonly length: number;
  readonly lane: string;
  readonly kind: BatchKind;
  /** `performance.now()` when it was queued. */
  readonly since = performance.now();
  priority: Priority;
  /** Undefined as well when it is a part of several. */
  trace: TraceContext | undefined;
  waiting = true;
  /** Number of callers that still wait for it. */
  callers = 1;
  /** Set when the embedder has answered. */
  vector?: Vector;
  /** Set when this text can't be embedded. */
  fault?: EmbedderFault;
  /** Set when no server could be asked: an outage, or the dispatcher was stopped. */
  error?: unknown;
  #listeners: ((ticket: Ticket) => void)[] | undefined;

  /** @param key the request's key, if it is known already */
  constructor(request: TextRequest, key = keyOf(request)) {
    this.key = key;
    this.hash = request.hash;
    this.space = request.space ?? '';
    this.text = request.text;
    this.tokens = request.tokens;
    this.length = request.text.length;
    this.priority = request.priority ?? 2;
    this.lane = request.lane ?? '';
    this.kind = request.kind ?? plainKind;
    this.trace = request.trace;
  }

  get isSettled(): boolean {
    return this.vector !== undefined || this.fault !== undefined || this.error !== undefined;
  }

  /** Another caller asks for the same text. */
  joined(trace: TraceContext | undefined): void {
    if (trace?.traceparent !== this.trace?.traceparent) this.trace = undefined;
  }

  /** Calls `listener` when the ticket is settled, or at once if it is already. */
  whenSettled(listener: (ticket: Ticket) => void): void {
    if (this.isSettled) listener(this);
    else if (this.#listeners) this.#listeners.push(listener);
    else this.#listeners = [listener];
  }

  settle(outcome: { vector: Vector } | { fault: EmbedderFault } | { error: unknown }): void {
    if (this.isSettled) return;
    if ('vector' in outcome) this.vector = outcome.vector;
    else if ('fault' in outcome) this.fault = outcome.fault;
    else this.error = outcome.error;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener(this);
  }
}
