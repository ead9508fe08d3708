// Chooses which waiting texts are sent together. Pure, so that it can be tested alone.

/** The properties of a text that packing needs. */
export interface Parcel {
  tokens: number;
  /** UTF-16 code units, a cheap estimate of the bytes that are sent. */
  length: number;
}

/** Max content of one request. */
export interface BatchBounds {
  items: number;
  tokens: number;
  length: number;
}

/** Waiting parcels, in the order in which they are sent. */
export interface Parcels<P extends Parcel> {
  /** The one that `take` would return. */
  peek(): P | undefined;
  take(): P | undefined;
}

/**
 * Takes the next batch: as many parcels as fit, in order. A parcel that is over a bound by itself is sent alone, so that
 * it can't block the rest.
 * @returns at least one parcel, unless none waits
 */
export function pack<P extends Parcel>(parcels: Parcels<P>, bounds: BatchBounds): P[] {
  const batch: P[] = [];
  let tokens = 0;
  let length = 0;
  while (batch.length < Math.max(1, bounds.items)) {
    const parcel = parcels.peek();
    if (!parcel) break;
    tokens += parcel.tokens;
    length += parcel.length;
    if (batch.length > 0 && (tokens > bounds.tokens || length > bounds.length)) break;
    parcels.take();
    batch.push(parcel);
  }
  return batch;
}
