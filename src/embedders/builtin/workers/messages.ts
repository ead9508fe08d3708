// What a worker process and the pool say to each other.
import type { FaultMeaning } from '../../../errors.js';
import type { EngineVariant } from '../engines/engine.js';

export type EngineChoice = 'auto' | 'onnx' | 'wasm';

/** To the worker. */
export interface Job {
  id: number;
  texts: readonly string[];
  /** Take only what fits the window. */
  truncate: boolean;
}

/** From the worker: first how it started, then one message per job. */
export type Answer =
  | { kind: 'started'; variant: EngineVariant }
  | { kind: 'failed'; reason: string }
  /** The vectors one behind the other. */
  | { kind: 'vectors'; id: number; values: Float32Array }
  | { kind: 'fault'; id: number; meaning: FaultMeaning; message: string };
