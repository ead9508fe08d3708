// Requests to an embedder: their priority, the slots that they take, and the limits of each endpoint.

/** How soon a text is sent: 0 first, 4 last. */
export type Priority = 0 | 1 | 2 | 3 | 4;

/** What a request does with the cache: read and write it, only write it (`refresh`), or neither (`bypass`). */
export type CacheUse = 'use' | 'refresh' | 'bypass';

/** Of which trace a request is a part: headers of W3C Trace Context, valid and handed on as they came. */
export interface TraceContext {
  /** Version, id of the trace, id of the parent, and flags, in hex: `00-…-…-01`. */
  traceparent: string;
  /** What systems of tracing add to it. */
  tracestate?: string;
}

/** How a server shows that it has too much to do: by a refusal, or by being late. */
export type Overload = 'busy' | 'timeout';

/** What an answered request tells. */
export interface AnsweredRequest {
  /** Texts in it. */
  texts: number;
  /** Tokens of all its texts together. */
  tokens: number;
  /** Milliseconds from sending to the answer. */
  ms: number;
  /** Requests in flight when it was sent, this one included. */
  inFlight: number;
}

/** What one endpoint is given; learns from what becomes of it. */
export interface RequestLimits {
  /** Requests that may be in flight. */
  readonly concurrency: number;
  /** Texts that a batch may have. */
  readonly batchSize: number;
  /** Told of every request that was answered; may raise or lower the limits. */
  answered(request: AnsweredRequest): void;
  /** Told when the endpoint had too much to do; lowers the limits. */
  overloaded(why: Overload): void;
}

/** The limits of all endpoints, kept by the sender; endpoints come and go. */
export interface SlotLimits {
  /** The limits of one endpoint. @param endpoint its name, as {@link FreeSlot.endpoint} has it */
  of(endpoint: string): RequestLimits;
  /** A late request was sent to another endpoint, too. */
  hedged(): void;
}

/** Leave to have one request in flight. It moves with the request when that is tried elsewhere. */
export interface Slot {
  /** Gives it back; called once, when the request is over. */
  release(): void;
}

/** A free place for a request. */
export interface FreeSlot {
  /** Name of the endpoint: its URL, or empty where there is but one. */
  readonly endpoint: string;
  /** Slots that are taken there. */
  readonly inFlight: number;
  /** Takes it: to be done at once, as others may take it, too. */
  take(): Slot;
}

/** The slots of an embedder's endpoints. */
export interface Slots {
  /** Requests that all endpoints together can have at once; absent where the limits of each alone decide. */
  readonly room?: number;
  /** The free slot that is expected to bring an answer first; undefined while none is free where work may go. */
  next(limits: SlotLimits): FreeSlot | undefined;
  /** Tells whenever {@link next} may have become another one. @returns what ends that */
  onChange(listener: () => void): () => void;
}
