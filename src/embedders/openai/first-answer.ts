// Learns from the first answers of a server which vectors it gives: how many values, whether it shortens them when it is
// asked to, and whether it sends base64 that holds the same values as its numbers.
import { EmbedderFault, UsageError } from '../../errors.js';
import { isDown } from '../../fault-policy.js';
import type { Vector } from '../../types/vector.js';
import { normOf } from '../../vectors/norm.js';
import { cosine, minCosine } from '../guard/compare-spaces.js';
import type { OpenAiClient } from './client.js';
import { readEmbeddings } from './parse-answer.js';

export interface Shape {
  /** Of the vectors as they are used. */
  dimensions: number;
  /** Whether `dimensions` is sent with each request: the server heeds it. */
  asks: boolean;
  /** The `encoding_format` to send; undefined: none, as the server doesn't take one. */
  encoding: 'base64' | 'float' | undefined;
}

export interface ShapeOptions {
  /** @default the model's own */
  dimensions?: number | undefined;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

const word = 'dimensions';

/** Max dimensions of any model. */
const mostDimensions = 65_536;

/**
 * Embeds a word, once for its numbers, once in base64, and once with fewer dimensions where they are asked for.
 * @throws {EmbedderFault} when the first request fails, or has no usable vector
 * @throws {UsageError} when more dimensions are asked for than the model has
 */
export async function learnShape(client: OpenAiClient, model: string, options: ShapeOptions): Promise<Shape> {
  const { dimensions: wanted, timeoutMs, signal } = options;
  const ask = async (more: object): Promise<Vector> => {
    const body = { model, input: [word], ...more };
    const bytes = await client.bytes(client.path('/embeddings'), body, { timeoutMs, signal });
    return readEmbeddings(bytes, 1, client.base).vectors[0]!;
  };
  const numbers = await ask({});
  const own = numbers.length;
  if (own === 0 || own > mostDimensions)
    throw client.faults.badAnswer(client.base, `a vector of ${own} values`);
  if (wanted !== undefined && wanted > own) {
    throw new UsageError(`--dimensions ${wanted} is more than "${model}" has: use ${own} or fewer.`);
  }
  const inBase64 = await unlessRefused(() => ask({ encoding_format: 'base64' }));
  const encoding = inBase64 === undefined ? undefined : isSame(numbers, inBase64) ? 'base64' : 'float';
  if (wanted === undefined) return { dimensions: own, asks: false, encoding };
  // A server that takes no wish, or ignores it, gives whole vectors, which are shortened here.
  const short = await unlessRefused(() => ask({ dimensions: wanted }));
  return { dimensions: wanted, asks: short?.length === wanted && wanted < own, encoding };
}

/** The vector; undefined when the server refuses such a request, or answers what can't be read. */
async function unlessRefused(ask: () => Promise<Vector>): Promise<Vector | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof EmbedderFault) || isDown(error)) throw error;
    return undefined;
  }
}

function isSame(a: Vector, b: Vector): boolean {
  return a.length === b.length && cosine(a, b) / (normOf(a) * normOf(b)) >= minCosine;
}
