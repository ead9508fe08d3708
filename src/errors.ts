// Every error that a user can meet, with its stable code and the exit status of the command line.
// A message is one sentence that names what to do, with no password in it; a stack is shown for unknown
// errors only.
import { maskAddresses } from './net/masked-address.js';

export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  someFailed: 3,
  service: 4,
  output: 5,
  locked: 75,
} as const;

/** Base of all known errors. */
export class EmbedError extends Error {
  /** Stable, for programs. */
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, exitCode: number, message: string, options?: { cause?: unknown }) {
    super(maskAddresses(message), options);
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** Wrong flags, configuration or paths. */
export class UsageError extends EmbedError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('EMBED_USAGE', exitCodes.usage, message, options);
  }
}

/** A service that was asked for by name can't be reached or lacks the model. */
export class ServiceError extends EmbedError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('EMBED_SERVICE', exitCodes.service, message, options);
  }
}

/** Servers give vectors that can't be right, or other ones than each other: no index may be made of them. */
export class WrongVectorsError extends EmbedError {
  /** In one word, for programs. */
  readonly reason: 'one-vector' | 'unlike-servers';

  /** @param options.reason @default 'one-vector' */
  constructor(message: string, options?: { cause?: unknown; reason?: WrongVectorsError['reason'] }) {
    super('EMBED_WRONG_VECTORS', exitCodes.service, message, options);
    this.reason = options?.reason ?? 'one-vector';
  }
}

/** The output was made in another vector space. */
export class VectorSpaceError extends EmbedError {
  constructor(message: string) {
    super('EMBED_VECTOR_SPACE', exitCodes.output, message);
  }
}

/** The output's files contradict each other. */
export class DamagedOutputError extends EmbedError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('EMBED_DAMAGED_OUTPUT', exitCodes.output, message, options);
  }
}

/** The output is in a format that only a later version of this program knows. */
export class NewerOutputError extends EmbedError {
  constructor(message: string) {
    super('EMBED_NEWER_OUTPUT', exitCodes.output, message);
  }
}

/** The output can't be written: permissions, a full disk. */
export class OutputError extends EmbedError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('EMBED_OUTPUT', exitCodes.usage, message, options);
  }
}

/** Another run holds the output's lock. */
export class LockedError extends EmbedError {
  constructor(message: string) {
    super('EMBED_LOCKED', exitCodes.locked, message);
  }
}

/** One document can't be read; the run goes on. */
export class DocumentError extends EmbedError {
  /** One of `FailureCode` of types.ts. */
  readonly failure: string;

  constructor(failure: string, message: string, options?: { cause?: unknown }) {
    super('EMBED_DOCUMENT', exitCodes.someFailed, message, options);
    this.failure = failure;
  }
}

/** The orchestrator was not started, or was stopped. */
export class NotStartedError extends EmbedError {
  constructor(message: string) {
    super('EMBED_NOT_STARTED', exitCodes.unexpected, message);
  }
}

/** An id that was never given, or whose result was fetched or dropped. */
export class UnknownRequestError extends EmbedError {
  constructor(message: string) {
    super('EMBED_UNKNOWN_REQUEST', exitCodes.unexpected, message);
  }
}

/** A result didn't come within the time that the caller gave it. */
export class ResultTimeoutError extends EmbedError {
  constructor(message: string) {
    super('EMBED_RESULT_TIMEOUT', exitCodes.service, message);
  }
}

/** The queue holds as much as it may. */
export class QueueFullError extends EmbedError {
  constructor(message: string) {
    super('EMBED_QUEUE_FULL', exitCodes.service, message);
  }
}

/** Some texts of a call can't be embedded; the others were. */
export class RejectedTextsError extends EmbedError {
  /** Places of the texts in the call, with the reason of each. */
  readonly rejected: readonly { index: number; fault: EmbedderFault }[];
  /** In the order of the texts; undefined where a text was rejected. */
  readonly vectors: readonly (Float32Array | undefined)[];

  constructor(
    rejected: readonly { index: number; fault: EmbedderFault }[],
    vectors: readonly (Float32Array | undefined)[],
  ) {
    const [first] = rejected;
    const more = rejected.length > 1 ? `, and ${rejected.length - 1} more` : '';
    super(
      'EMBED_TEXTS_REJECTED',
      exitCodes.someFailed,
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

/** A failed request to an embedder. */
export class EmbedderFault extends EmbedError {
  readonly meaning: FaultMeaning;
  /** The server's own wish (Retry-After), in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(
    meaning: FaultMeaning,
    message: string,
    options?: { cause?: unknown; retryAfterMs?: number | undefined },
  ) {
    super('EMBED_EMBEDDER_FAULT', exitCodes.service, message, options);
    this.meaning = meaning;
    this.retryAfterMs = options?.retryAfterMs;
  }
}
