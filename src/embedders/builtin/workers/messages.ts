// The messages between a worker process and the pool.
import type { FaultMeaning } from '../../../errors.js';
import type { EngineVariant } from '../engines/engine.js';

export type EngineChoice = 'auto' | 'onnx' | 'wasm';

/** To the worker. */
export interface Job {
  id: number;
  texts: readonly string[];
  /** Embed only the first window. */
  truncate: boolean;
}

/** From the worker: first how it started, then one message per job. */
export type Answer =
  | { kind: 'started'; variant: EngineVariant }
  | { kind: 'failed'; reason: string }
  /** All vectors, one after the other. */
  | { kind: 'vectors'; id: number; values: Float32Array }
  | { kind: 'fault'; id: number; meaning: FaultMeaning; message: string };
