// Where to start with a model: a large one works longer on a text, so its first requests are smaller. What
// the server shows decides from then on.
import { profileOf } from '../embedders/model-profiles.js';

/** Millions of parameters, where the name doesn't say. From ollama.com/blog/embedding-models and the pages of the models. */
const PARAMETERS: { [family: string]: number } = {
  'all-minilm': 23,
  'nomic-embed-text': 137,
  'mxbai-embed-large': 334,
  'snowflake-arctic-embed': 335,
  'snowflake-arctic-embed2': 568,
  'bge-m3': 568,
  'bge-en': 335,
  'bge-zh': 326,
  e5: 335,
  'e5-instruct': 560,
  embeddinggemma: 308,
  'qwen3-embedding': 600,
};

/** A model that nobody knows is taken for a middling one. */
const UNKNOWN = 335;

export interface Start {
  /** Texts of the first requests. */
  startBatchSize: number;
  /** Tokens of a request at most. */
  maxBatchTokens: number;
}

/**
 * Texts and tokens of the first requests, by size. A processor of two cores does 1,500 to 3,000 tokens a
 * second with 23 M parameters (measured with all-minilm) and less in proportion; a request should be
 * answered within 30 s there, too.
 */
export function startFor(model: string): Start {
  const millions = parametersOf(model);
  if (millions <= 50) return { startBatchSize: 32, maxBatchTokens: 32_768 };
  if (millions <= 150) return { startBatchSize: 32, maxBatchTokens: 8192 };
  if (millions <= 1000) return { startBatchSize: 16, maxBatchTokens: 4096 };
  return { startBatchSize: 8, maxBatchTokens: 2048 };
}

function parametersOf(model: string): number {
  // `qwen3-embedding:8b`, `snowflake-arctic-embed:22m`, `qwen3-embedding:0.6b-fp16`
  const said = /[:-](\d+(?:\.\d+)?)([mb])\b/i.exec(model);
  if (said) return Number(said[1]) * (said[2]!.toLowerCase() === 'b' ? 1000 : 1);
  return PARAMETERS[profileOf(model).family] ?? UNKNOWN;
}
