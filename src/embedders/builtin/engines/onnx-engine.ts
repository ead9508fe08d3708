// The fast engine: our graph in onnxruntime. onnxruntime-node is optional, as it has no binary for musl.
import { createRequire } from 'node:module';
import { buildGraph, inputName, outputName } from '../onnx/graph.js';
import { readWeights } from '../weights.js';
import type { Engine } from './engine.js';

/** The parts of onnxruntime-node that are used. Its own types are missing where the optional package is. */
export interface OnnxRuntime {
  InferenceSession: {
    create(model: Uint8Array, options: { [option: string]: string | number | boolean }): Promise<Session>;
  };
  Tensor: new (type: 'int32', data: Int32Array, shape: readonly number[]) => object;
}

interface Session {
  run(inputs: { [name: string]: object }): Promise<{ [name: string]: { data: Float32Array } }>;
}

/**
 * @throws the loader's error when the package or its binary is missing or doesn't fit the system
 */
export function loadOnnxRuntime(): OnnxRuntime {
  return createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime;
}

export async function openOnnxEngine(runtime: OnnxRuntime): Promise<Engine> {
  const session = await runtime.InferenceSession.create(buildGraph(readWeights()), {
    // The pool has a process per core, which is faster than threads inside one run (430 and 309 texts/s).
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  return {
    async embed(ids) {
      const input = new runtime.Tensor('int32', ids, [1, ids.length]);
      return (await session.run({ [inputName]: input }))[outputName]!.data;
    },
  };
}
