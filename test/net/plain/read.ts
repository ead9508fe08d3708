// Gives an answer to the reader as a connection would, in parts.
import { AnswerReader, type PlainAnswer } from '../../../src/net/plain/answer-reader.js';

export interface ReadOptions {
  method?: string;
  maxBytes?: number;
  /** Places at which the bytes are cut; each part has its own memory. */
  cuts?: readonly number[];
  /** The server ends the connection behind the bytes. */
  ends?: boolean;
}

export interface Read extends PlainAnswer {
  isReusable: boolean;
}

/** @returns undefined when more bytes are needed @throws {PlainHttpError} */
export function read(sent: string, options: ReadOptions = {}): Read | undefined {
  const { method = 'POST', maxBytes = 1_000_000, cuts = [], ends = false } = options;
  const bytes = Buffer.from(sent, 'latin1');
  const reader = new AnswerReader({ method, maxBytes: () => maxBytes, expected: 0 });
  const places = [...new Set([0, ...cuts, bytes.length])].sort((a, b) => a - b);
  let isDone = false;
  for (const [index, from] of places.slice(0, -1).entries()) {
    isDone = reader.take(Buffer.from(bytes.subarray(from, places[index + 1])));
    // What comes behind a done answer comes to a connection without a request.
    if (isDone && places[index + 1] !== bytes.length) throw new Error('bytes that nobody asked for');
  }
  if (!isDone && ends) reader.finish();
  if (!isDone && !ends) return undefined;
  return { ...reader.answer, isReusable: reader.isReusable };
}
