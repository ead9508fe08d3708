// A part of the documents, which one run of several takes.

/** Which part of how many. */
export interface Shard {
  /** 1 to `of`. */
  index: number;
  /** How many parts there are, 1 to 10,000. */
  of: number;
}
