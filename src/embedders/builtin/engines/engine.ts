// src/embedders/builtin/engines: run the model. In: the token ids of one text. Out: its vector.
//
// This file holds the interface. onnx-engine.ts is fast, and needs a binary for the system; wasm-engine.ts runs
// everywhere. What must hold: a vector depends on its text alone, not on other texts of a batch.

/** Part of a vector space's identity: the engines' vectors differ a little (cosine about 0.9996). */
export type EngineVariant = 'onnx-int8' | 'wasm-fp32';

export interface Engine {
  /**
   * The vector of one text. Texts are run one at a time, because the int8 scale is taken over all values of a run: in
   * a batch, the last bits of a vector would depend on the other texts.
   * @param ids 1 to `windowTokens` token ids
   * @returns 512 values, L2-normalised
   */
  embed(ids: Int32Array): Promise<Float32Array>;
}
