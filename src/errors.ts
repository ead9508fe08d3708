// Every error that a user can meet, with its stable code; exit-codes.ts has the exit status of each.
// A message is one sentence that names what to do, with no password in it; a stack is shown for unknown
// errors only.
import { exitCodeOf } from './exit-codes.js';
import { maskAddresses } from './text/masked-address.js';
import type { FailureCode } from './types/failure.js';

/** Base of all errors that this package throws on purpose. Passwords in addresses are left out of the message. */
export class EmbedError extends Error {
  /** Stable, for programs: `EMBED_USAGE`, `EMBED_SERVICE` … */
  readonly code: string;
  /** The exit status that the command line ends with: one of {@link exitCodes}. */
  readonly exitCode: number;

  /** @param message one sentence that names what to do; passwords in its addresses are masked */
  constructor(code: string, exitCode: number, message: string, options?: ErrorOptions) {
    super(maskAddresses(message), options);
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** Wrong flags, configuration or paths. */
export class UsageError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string, options?: ErrorOptions) {
    super('EMBED_USAGE', exitCodeOf.EMBED_USAGE, message, options);
  }
}

/** There is no index where one was looked for. */
export class NoIndexError extends UsageError {
  override readonly code: string = 'EMBED_NO_INDEX';
}

/** A service that was asked for by name can't be reached or lacks the model. */
export class ServiceError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string, options?: ErrorOptions) {
    super('EMBED_SERVICE', exitCodeOf.EMBED_SERVICE, message, options);
  }
}

/** What is known of wrong vectors. */
export interface WrongVectorsOptions extends ErrorOptions {
  /** `one-vector`: unlike texts get the same one; `unlike-servers`: servers give others than each other. @default 'one-vector' */
  reason?: WrongVectorsError['reason'];
}

/** Servers give vectors that can't be right, or other ones than each other: no index may be made of them. */
export class WrongVectorsError extends EmbedError {
  /** In one word, for programs: unlike texts get one vector, or servers give others than each other. */
  readonly reason: 'one-vector' | 'unlike-servers';

  /**
   * @param message one sentence that names what to do
   * @param options with the `reason`; without one it is `one-vector`
   */
  constructor(message: string, options?: WrongVectorsOptions) {
    super('EMBED_WRONG_VECTORS', exitCodeOf.EMBED_WRONG_VECTORS, message, options);
    this.reason = options?.reason ?? 'one-vector';
  }
}

/** The output was made in another vector space. */
export class VectorSpaceError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string) {
    super('EMBED_VECTOR_SPACE', exitCodeOf.EMBED_VECTOR_SPACE, message);
  }
}

/** The output's files contradict each other. */
export class DamagedOutputError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string, options?: ErrorOptions) {
    super('EMBED_DAMAGED_OUTPUT', exitCodeOf.EMBED_DAMAGED_OUTPUT, message, options);
  }
}

/** The output is in a format that only a later version of this program knows. */
export class NewerOutputError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string) {
    super('EMBED_NEWER_OUTPUT', exitCodeOf.EMBED_NEWER_OUTPUT, message);
  }
}

/** What is known of a failed destination. */
export interface DestinationErrorOptions extends ErrorOptions {
  /** The same may succeed a little later: a connection broke, a server starts. @default false */
  isPassing?: boolean | undefined;
}

/** A destination can't be reached, or refuses what a sync asks of it. */
export class DestinationError extends EmbedError {
  /** The same may succeed a little later: a connection broke, a server starts. */
  readonly isPassing: boolean;

  /** @param message one sentence that names the destination and what to do */
  constructor(message: string, options?: DestinationErrorOptions) {
    super('EMBED_DESTINATION', exitCodeOf.EMBED_DESTINATION, message, options);
    this.isPassing = options?.isPassing ?? false;
  }
}

/** Another output wrote the index of a destination last. */
export class OtherOutputError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string) {
    super('EMBED_OTHER_OUTPUT', exitCodeOf.EMBED_OTHER_OUTPUT, message);
  }
}

/** The output can't be written: permissions, a full disk. */
export class OutputError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string, options?: ErrorOptions) {
    super('EMBED_OUTPUT', exitCodeOf.EMBED_OUTPUT, message, options);
  }
}

/** Another run holds the output's lock. */
export class LockedError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string) {
    super('EMBED_LOCKED', exitCodeOf.EMBED_LOCKED, message);
  }
}

/** One document can't be read; the run goes on. */
export class DocumentError extends EmbedError {
  /** Why, in one word. */
  readonly failure: FailureCode;

  /** @param message one sentence that names the document */
  constructor(failure: FailureCode, message: string, options?: ErrorOptions) {
    super('EMBED_DOCUMENT', exitCodeOf.EMBED_DOCUMENT, message, options);
    this.failure = failure;
  }
}

/** The orchestrator was not started, or was stopped. */
export class NotStartedError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string) {
    super('EMBED_NOT_STARTED', exitCodeOf.EMBED_NOT_STARTED, message);
  }
}

/** An id that was never given, or whose result was fetched or dropped. */
export class UnknownRequestError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string) {
    super('EMBED_UNKNOWN_REQUEST', exitCodeOf.EMBED_UNKNOWN_REQUEST, message);
  }
}

/** A result didn't come within the time that the caller gave it. */
export class ResultTimeoutError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string) {
    super('EMBED_RESULT_TIMEOUT', exitCodeOf.EMBED_RESULT_TIMEOUT, message);
  }
}

/** The queue holds as much as it may. */
export class QueueFullError extends EmbedError {
  /** @param message one sentence that names what to do */
  constructor(message: string) {
    super('EMBED_QUEUE_FULL', exitCodeOf.EMBED_QUEUE_FULL, message);
  }
}

/** A text of a call that can't be embedded. */
export interface RejectedText {
  /** Its place in the call, from 0 on. */
  index: number;
  /** Why. */
  fault: EmbedderFault;
}

/** Some texts of a call can't be embedded; the others were. */
export class RejectedTextsError extends EmbedError {
  /** Places of the texts in the call, with the reason of each; at least one. */
  readonly rejected: readonly RejectedText[];
  /** One for each text, in their order: float32, L2-normalised; undefined where a text was rejected. */
  readonly vectors: readonly (Float32Array | undefined)[];

  /** The message names the first of `rejected`. */
  constructor(rejected: readonly RejectedText[], vectors: readonly (Float32Array | undefined)[]) {
    const [first] = rejected;
    const more = rejected.length > 1 ? `, and ${rejected.length - 1} more` : '';
    super(
      'EMBED_TEXTS_REJECTED',
      exitCodeOf.EMBED_TEXTS_REJECTED,
      `Text ${first?.index}${more} of ${vectors.length} can't be embedded: ${first?.fault.message}`,
      { cause: first?.fault },
    );
    this.rejected = rejected;
    this.vectors = vectors;
  }
}

/**
 * What a failed request to an embedder means:
 * - `too-long`: a text exceeds the context; shorter texts can succeed
 * - `unknown-script`: not sent, because the model knows less than half of a text's letters
 * - `bad-input`: the server failed on (at least) one of the texts, or died: bisect, ask a canary
 * - `bad-answer`: a 200 that breaks the contract (count, dimensions, NaN, zero, JSON)
 * - `busy`: overloaded, asks for a later try
 * - `timeout`: no answer in time
 * - `unreachable`: no connection, or one that broke
 * - `unconfirmed`: answered, but the server doesn't say whether its model is still the same
 * - `missing-model`: the server doesn't have the model
 * - `resting`: not sent, because the endpoint failed repeatedly and is left alone for a while
 * - `changed`: not sent or not used, because the endpoint has another model, or gives other vectors than it did
 * - `refused`: wrong credentials or a request that can never succeed
 */
export type FaultMeaning =
  | 'too-long'
  | 'unknown-script'
  | 'bad-input'
  | 'bad-answer'
  | 'busy'
  | 'timeout'
  | 'unreachable'
  | 'unconfirmed'
  | 'missing-model'
  | 'resting'
  | 'changed'
  | 'refused';

/** What more is known of a failed request. */
export interface FaultOptions extends ErrorOptions {
  /** The server's own wish (Retry-After), in ms. @default none */
  retryAfterMs?: number | undefined;
}

/** A failed request to an embedder. */
export class EmbedderFault extends EmbedError {
  /** What the failure means, and so what is done about it. */
  readonly meaning: FaultMeaning;
  /** The server's own wish (Retry-After), in ms; undefined when it has none. */
  readonly retryAfterMs: number | undefined;

  /** @param message one sentence that names the server and what it did */
  constructor(meaning: FaultMeaning, message: string, options?: FaultOptions) {
    super('EMBED_EMBEDDER_FAULT', exitCodeOf.EMBED_EMBEDDER_FAULT, message, options);
    this.meaning = meaning;
    this.retryAfterMs = options?.retryAfterMs;
  }
}
