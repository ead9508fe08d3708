// Reads the vectors of a /v1/embeddings answer: base64 of little-endian float32, or lists of numbers, in the order of
// their indexes. Base64 is asked for, as it is a third of the bytes and needs no number to be read; who ignores that
// is read, too.
import { parseForeign } from '../../text/foreign-json.js';
import { isObject } from '../../text/plain-json.js';
import type { Vector } from '../../types/vector.js';
import { openAiFaults } from './error-messages.js';

export interface EmbeddingsAnswer {
  /** In the order of the texts that were sent. */
  vectors: Vector[];
  /** Tokens of all texts, special tokens included, as the server counted them; undefined when it doesn't say. */
  tokens: number | undefined;
}

/**
 * @param bytes a whole answer, UTF-8
 * @param texts number of texts that were sent
 * @param where address of the server, for messages
 * @throws {EmbedderFault} `bad-answer` for anything but a vector for each text; when the body holds an error, the fault
 * that this means
 */
export function readEmbeddings(bytes: Buffer, texts: number, where: string): EmbeddingsAnswer {
  const bad = (what: string, cause?: unknown) =>
    openAiFaults.badAnswer(where, `an answer of ${bytes.length} bytes ${what}`, cause);
  let answer: unknown;
  try {
    answer = parseForeign(bytes);
  } catch (cause) {
    throw bad('that is not JSON', cause);
  }
  if (!isObject(answer)) throw bad('without embeddings');
  if (answer.error !== undefined && answer.error !== null) {
    throw openAiFaults.answer(where, 200, bytes.toString('utf8', 0, mostOfError));
  }
  const { data, usage } = answer;
  if (!Array.isArray(data)) throw bad('without embeddings');
  if (data.length !== texts) throw bad(`with ${data.length} embeddings for ${texts} texts`);
  const vectors = new Array<Vector | undefined>(texts).fill(undefined);
  for (const [place, one] of data.entries()) {
    if (!isObject(one)) throw bad('with something else in place of an embedding');
    const index = one.index ?? place;
    if (!Number.isInteger(index) || (index as number) < 0 || (index as number) >= texts) {
      throw bad(`with the index ${JSON.stringify(index)} of ${texts} embeddings`);
    }
    if (vectors[index as number]) throw bad(`with the index ${index} twice`);
    const vector = vectorOf(one.embedding);
    if (typeof vector === 'string') throw bad(vector);
    vectors[index as number] = vector;
  }
  const tokens = isObject(usage) ? usage.prompt_tokens : undefined;
  return {
    vectors: vectors as Vector[],
    tokens: Number.isSafeInteger(tokens) && (tokens as number) > 0 ? (tokens as number) : undefined,
  };
}

/** Max bytes of an answer that are looked at for its error. */
const mostOfError = 64 * 1024;

/** The vector, or what is wrong, as the end of a sentence. */
function vectorOf(embedding: unknown): Vector | string {
  if (typeof embedding === 'string')
    return fromBase64(embedding) ?? 'with base64 that holds no float32 values';
  if (!Array.isArray(embedding)) return 'without an embedding';
  const vector = new Float32Array(embedding.length);
  for (let at = 0; at < vector.length; at++) {
    const value: unknown = embedding[at];
    if (typeof value !== 'number') return `with ${shown(value)} in place of a number`;
    vector[at] = value;
  }
  return vector;
}

function fromBase64(text: string): Vector | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Math.floor(((text.length - padding) * 3) / 4);
  if (bytes % 4 !== 0) return undefined;
  const vector = new Float32Array(bytes / 4);
  // Straight into the vector's memory. What isn't base64 is left out by Node, and then bytes are missing.
  return Buffer.from(vector.buffer).write(text, 'base64') === bytes ? vector : undefined;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 20);
}
