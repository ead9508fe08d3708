// One text on its way to a vector, shared by all who ask for the same text while it is under way.
import type { EmbedderFault } from '../errors.js';
import type { Priority, Vector } from '../types.js';
import type { Entry } from './priority-queue.js';

/** What must be equal for texts to share a request. */
export interface BatchKind {
  truncate: boolean;
  /** Values of a vector; undefined: the space's. */
  dimensions: number | undefined;
}

export const PLAIN: BatchKind = { truncate: false, dimensions: undefined };

/** A text that somebody wants embedded. */
export interface TextRequest {
  /** SHA-256 of the text, lower-case hex. Space and hash together say which texts are the same. */
  hash: string;
  /** Under which id a cache keeps its vector: other prefixes and kinds make other vectors. @default one for all */
  space?: string;
  /** What is sent, prefix included. */
  text: string;
  tokens: number;
  /** @default 2 */
  priority?: Priority;
  /** Who asks: callers of one priority take turns. @default one for all */
  lane?: string;
  /** @default nothing cut, the space's dimensions */
  kind?: BatchKind;
}

/** Equal for texts that are the same. */
export function keyOf({ space = '', hash }: TextRequest): string {
  return space + hash;
}

export class Ticket implements Entry {
  /** Equal for texts that are the same. */
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
  waiting = true;
  /** Callers that still want it. */
  callers = 1;
  /** Set when the embedder has answered. */
  vector?: Vector;
  /** Set when this very text can't be embedded. */
  fault?: EmbedderFault;
  /** Set when nobody could be asked: an outage, or the dispatcher was stopped. */
  error?: unknown;
  #listeners: ((ticket: Ticket) => void)[] | undefined;

  /** @param key of the request, where it is at hand */
  constructor(request: TextRequest, key = keyOf(request)) {
    this.key = key;
    this.hash = request.hash;
    this.space = request.space ?? '';
    this.text = request.text;
    this.tokens = request.tokens;
    this.length = request.text.length;
    this.priority = request.priority ?? 2;
    this.lane = request.lane ?? '';
    this.kind = request.kind ?? PLAIN;
  }

  get isSettled(): boolean {
    return this.vector !== undefined || this.fault !== undefined || this.error !== undefined;
  }

  /** Calls `listener` once it is settled, at once when it is. */
  whenSettled(listener: (ticket: Ticket) => void): void {
    if (this.isSettled) listener(this);
    else if (this.#listeners) this.#listeners.push(listener);
    else this.#listeners = [listener];
  }

  settle(outcome: { vector: Vector } | { fault: EmbedderFault } | { error: unknown }): void {
    if (this.isSettled) return;
    Object.assign(this, outcome);
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener(this);
  }
}
