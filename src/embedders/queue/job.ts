// What a sender puts into a job, and the bytes in which a worker answers. Both are checked by the other side: whoever may
// write to Redis may write anything.
import { EmbedderFault, type FaultMeaning } from '../../errors.js';
import { faultPolicies } from '../../fault-policy.js';
import { parseForeign } from '../../text/foreign-json.js';
import { isObject } from '../../text/plain-json.js';
import type { Vector } from '../../types/vector.js';
import { vectorAt, vectorBytes } from '../../vectors/bytes.js';
import { isId } from './names.js';

/** The layout of jobs and answers; one that differs is refused. */
const layout = 1;

/** Max texts of a job, and max bytes of all of them, as UTF-8. */
const maxTexts = 64;
const maxTextBytes = 16 * 1024 * 1024;
/** Max tokens of a job, as its sender counts them: they say how long its request may take. */
const maxTokens = 2 * maxTextBytes;
/** Longest time that a request gets at least, in ms: what --batch-timeout takes at most. */
const maxLeastMs = 86_400_000;
/** Max values of a vector. */
const maxDimensions = 1_000_000;
/** Max bytes of an answer's head. */
const maxHeadBytes = 64 * 1024;
/** Max characters of a worker's words. */
const maxWords = 2000;

/** A batch to embed. */
export interface BatchJob {
  /** Id of the vector space that its vectors must be of. */
  space: string;
  sender: string;
  texts: readonly string[];
  /** Tokens of all texts together. */
  tokens: number;
  truncate: boolean;
  /** Values of each vector; undefined: the space's. */
  dimensions: number | undefined;
  /** The least time that its request gets, in ms. */
  leastMs: number | undefined;
  /** One round is enough when the answer is late. */
  onceLate: boolean;
}

/**
 * The data of a BullMQ job, which is stored as JSON.
 * @throws {EmbedderFault} `bad-input` when the texts are too many or too long for a job: fewer of them may not be
 */
export function jobData(job: BatchJob): object {
  const { texts } = job;
  const bytes = bytesOf(texts);
  if (bytes > maxTextBytes || texts.length > maxTexts) {
    const what = texts.length === 1 ? 'This text is' : `${texts.length} texts are`;
    throw new EmbedderFault(
      'bad-input',
      `${what} too long for a queue: ${bytes} bytes, and a job holds ${maxTextBytes} and ${maxTexts} texts at most.`,
    );
  }
  return { layout, ...job };
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** Who waits for a job that can't be read, such as one of another version; undefined when that isn't said. */
export function senderOf(data: unknown): string | undefined {
  const { sender } = isObject(data) ? (data as { sender?: unknown }) : {};
  return isId(sender) ? sender : undefined;
}

/** The batch of a BullMQ job; undefined when it is none of ours. */
export function jobOf(data: unknown): BatchJob | undefined {
  if (!isObject(data)) return undefined;
  const { space, sender, texts, tokens, truncate, dimensions, leastMs, onceLate, ...rest } = data as Record<
    string,
    unknown
  >;
  if (rest.layout !== layout || typeof space !== 'string' || !/^[0-9a-f]{32}$/.test(space)) return undefined;
  if (!isId(sender) || !isCount(tokens) || tokens > maxTokens || typeof truncate !== 'boolean')
    return undefined;
  if (dimensions !== undefined && !(isCount(dimensions) && dimensions >= 1 && dimensions <= maxDimensions))
    return undefined;
  if (leastMs !== undefined && !(isCount(leastMs) && leastMs <= maxLeastMs)) return undefined;
  if (!Array.isArray(texts) || texts.length === 0 || texts.length > maxTexts) return undefined;
  if (texts.some((text) => typeof text !== 'string') || bytesOf(texts) > maxTextBytes) return undefined;
  return { space, sender, texts, tokens, truncate, dimensions, leastMs, onceLate: onceLate === true };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** What a worker has to say of a job: vectors, or a fault. */
export type JobAnswer = {
  /** Id of the worker. */
  worker: string;
  /** Time of its request, in ms. */
  ms: number;
} & ({ vectors: readonly Vector[] } | { fault: EmbedderFault });

/** Bytes of an answer: the length of its head (uint32), the head as JSON, and vectors as little-endian float32. */
export function answerBytes(answer: JobAnswer): Buffer {
  const { worker, ms } = answer;
  if ('fault' in answer) {
    const { meaning, message, retryAfterMs } = answer.fault;
    const fault = { meaning, message: message.slice(0, maxWords), retryAfterMs };
    return withHead({ layout, worker, ms, fault }, []);
  }
  const { vectors } = answer;
  const head = { layout, worker, ms, count: vectors.length, dimensions: vectors[0]?.length ?? 0 };
  return withHead(head, vectors.map(vectorBytes));
}

function withHead(head: object, parts: readonly Buffer[]): Buffer {
  const words = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(words.length);
  return Buffer.concat([length, words, ...parts]);
}

/** The answer in such bytes; undefined when they are none. The vectors are not accepted yet. */
export function answerOf(bytes: Buffer): JobAnswer | undefined {
  if (bytes.length < 4) return undefined;
  const start = 4 + bytes.readUInt32LE(0);
  if (start > bytes.length || start > maxHeadBytes) return undefined;
  const head = headOf(bytes.subarray(4, start));
  if (head?.layout !== layout) return undefined;
  const { worker, ms, count, dimensions, fault } = head;
  if (!isId(worker) || !isCount(ms)) return undefined;
  if (fault !== undefined) {
    const known = faultOf(fault);
    return known && bytes.length === start ? { worker, ms, fault: known } : undefined;
  }
  if (!isCount(count) || !isCount(dimensions) || count > maxTexts || dimensions > maxDimensions)
    return undefined;
  if (bytes.length !== start + count * dimensions * 4) return undefined;
  const vectors = Array.from({ length: count }, (_, index) =>
    vectorAt(bytes, start + index * dimensions * 4, dimensions),
  );
  return { worker, ms, vectors };
}

function headOf(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const head = parseForeign(bytes);
    return isObject(head) ? head : undefined;
  } catch {
    return undefined;
  }
}

function faultOf(said: unknown): EmbedderFault | undefined {
  if (!isObject(said)) return undefined;
  const { meaning, message, retryAfterMs } = said as Record<string, unknown>;
  if (typeof meaning !== 'string' || !Object.hasOwn(faultPolicies, meaning)) return undefined;
  if (typeof message !== 'string') return undefined;
  return new EmbedderFault(meaning as FaultMeaning, message.slice(0, maxWords), {
    retryAfterMs: isCount(retryAfterMs) ? retryAfterMs : undefined,
  });
}
