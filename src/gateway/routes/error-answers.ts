// The answers to failed requests: the status and words of the recorded servers, where they have such a case.
import {
  EmbedderFault,
  type FaultMeaning,
  NotStartedError,
  QueueFullError,
  RejectedTextsError,
  ServiceError,
  UsageError,
  WrongVectorsError,
} from '../../errors.js';
import { printable } from '../../text/printable.js';

/** An answer with an error status. */
export interface Refusal {
  status: number;
  message: string;
  /** Seconds until a retry makes sense. */
  retryAfter?: number;
}

/** The gateway itself refuses a request. */
export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(status: number, message: string, retryAfter?: number) {
    super(message);
    this.refusal = retryAfter === undefined ? { status, message } : { status, message, retryAfter };
  }
}

/** The client closed its connection before it was answered. */
export class ClientGoneError extends Error {}

/** The client doesn't take its answer. */
export class SlowReaderError extends Error {}

/** The request timed out. */
export class DeadlineError extends Error {}

/** In the words of the recorded servers. */
export const busyWords = 'server busy, please try again.  maximum pending requests exceeded';
export const tooLongWords = 'the input length exceeds the context length';

/** The message for a missing model. */
export function missingModel(name: string): string {
  return `model ${JSON.stringify(name)} not found, try pulling it first`;
}

/** @param model the name that the client used */
export function refusalOf(error: unknown, model = ''): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  if (error instanceof QueueFullError) return { status: 503, message: busyWords, retryAfter: 1 };
  if (error instanceof RejectedTextsError) return ofFault(error.rejected[0]!.fault, model);
  if (error instanceof EmbedderFault) return ofFault(error, model);
  if (error instanceof ServiceError) {
    const { cause } = error;
    if (cause instanceof EmbedderFault) return { ...ofFault(cause, model), ...unless(cause, error.message) };
    return { status: 503, message: error.message, retryAfter: 5 };
  }
  if (error instanceof WrongVectorsError) return { status: 503, message: error.message, retryAfter: 30 };
  if (error instanceof UsageError) return { status: 400, message: error.message };
  if (error instanceof ClientGoneError) return { status: 499, message: 'client closed request' };
  if (error instanceof DeadlineError) {
    return { status: 503, message: 'no answer in time, please try again', retryAfter: 5 };
  }
  if (error instanceof NotStartedError) {
    return { status: 503, message: 'the gateway is shutting down, please try again', retryAfter: 1 };
  }
  return ofFramework(error) ?? { status: 500, message: 'internal server error' };
}

/** The status of each fault, and its words in the recorded servers. */
const faultAnswers: Record<FaultMeaning, { status: number; words?: (model: string) => string }> = {
  'too-long': { status: 400, words: () => tooLongWords },
  'unknown-script': { status: 400 },
  'bad-input': { status: 400 },
  'bad-answer': { status: 502 },
  busy: { status: 503, words: () => busyWords },
  timeout: { status: 503 },
  unreachable: { status: 503 },
  unconfirmed: { status: 503 },
  'missing-model': { status: 404, words: missingModel },
  resting: { status: 503 },
  changed: { status: 503 },
  refused: { status: 502 },
};

function ofFault(fault: EmbedderFault, model: string): Refusal {
  const { status, words } = faultAnswers[fault.meaning];
  const message = words?.(model) ?? fault.message;
  if (status !== 503) return { status, message };
  return { status, message, retryAfter: Math.max(1, Math.ceil((fault.retryAfterMs ?? 1000) / 1000)) };
}

/** The fault's own message, where the recorded servers have no words for it. */
function unless({ meaning }: EmbedderFault, message: string): { message?: string } {
  return faultAnswers[meaning].words === undefined ? { message } : {};
}

/** Fastify's own errors: bodies that are too large or cut off, and invalid paths. */
function ofFramework(error: unknown): Refusal | undefined {
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { status: 413, message: 'request body too large' };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined;
  return { status: statusCode, message: 'bad request' };
}

const openaiTypes: { [status: number]: string } = {
  400: 'invalid_request_error',
  401: 'invalid_request_error',
  404: 'not_found_error',
  413: 'invalid_request_error',
};

/** Max characters of an error message: it may hold words of the client or the server. */
const maxRefusalLength = 2000;

/** The body of an error answer, safe to print: OpenAI's form under `/v1`, Ollama's elsewhere. */
export function bodyOf(refusal: Refusal, path: string): { type: string; body: string } {
  const { status } = refusal;
  const message = printable(refusal.message, maxRefusalLength);
  if (!path.startsWith('/v1/')) {
    return { type: 'application/json; charset=utf-8', body: JSON.stringify({ error: message }) };
  }
  const type = openaiTypes[status] ?? 'api_error';
  return {
    type: 'application/json',
    body: JSON.stringify({ error: { message, type, param: null, code: null } }),
  };
}
