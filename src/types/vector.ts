// What an embedder makes of a text.

/** float32, L2-normalised, `length` = the space's dimensions. */
export type Vector = Float32Array;
