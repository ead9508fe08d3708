// Start values for a model. A large model takes longer for a text, so its first requests are smaller. Later ones adapt
// to the server.
import { profileOf } from '../embedders/model-profiles.js';

/** Millions of parameters, for names that don't say. From ollama.com/blog/embedding-models and the models' pages. */
const familyParameters: { [family: string]: number } = {
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

/** Millions of parameters of an unknown model: a medium size. */
const unknownParameters = 335;

export interface Start {
  /** Texts of the first requests. */
  startBatchSize: number;
  /** Max tokens of a request. */
  maxBatchTokens: number;
}

/**
 * Texts and tokens of the first requests, by the model's size. Two cores do 1,500 to 3,000 tokens a second with 23 M
 * parameters (measured with all-minilm), and fewer in proportion with more. Even there, a request should be answered
 * within 30 s.
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
  return familyParameters[profileOf(model).family] ?? unknownParameters;
}
