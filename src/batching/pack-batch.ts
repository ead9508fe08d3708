// Which of the waiting texts travel together. Pure, so that it can be tested alone.

/** What packing looks at. */
export interface Parcel {
  tokens: number;
  /** UTF-16 code units; a cheap stand-in for bytes on the wire. */
  length: number;
}

/** The most that one request may carry. */
export interface BatchBounds {
  items: number;
  tokens: number;
  length: number;
}

/** Parcels in the order in which they shall travel. */
export interface Parcels<P extends Parcel> {
  /** The one that `take` would take. */
  peek(): P | undefined;
  take(): P | undefined;
}

/**
 * Takes the next batch: as many parcels as fit, in order. One that alone is over a bound travels alone, so
 * that it can't starve the rest.
 * @returns at least one where there is a parcel
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
