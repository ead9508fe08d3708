// What turns token ids into a vector, as the worker sees it; one file per engine implements it.

/** Part of a vector space's identity: the engines' vectors differ a little (cosine about 0.9996). */
export type EngineVariant = 'onnx-int8' | 'wasm-fp32';

export interface Engine {
  /**
   * The vector of one text. One at a time, since int8 scales are taken over all that is in a run: in a
   * batch, a vector's last bits would depend on its neighbours.
   * @param ids 1 to `windowTokens` token ids
   * @returns 512 values, L2-normalised
   */
  embed(ids: Int32Array): Promise<Float32Array>;
}
