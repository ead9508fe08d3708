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

/**
 * How many parcels from `from` on make the next batch: as many as fit, in order. One that alone is over
 * a bound travels alone, so that it can't starve the rest.
 * @returns at least 1 where there is a parcel, else 0
 */
export function pack(parcels: readonly Parcel[], from: number, bounds: BatchBounds): number {
  let tokens = 0;
  let length = 0;
  const most = Math.min(parcels.length - from, bounds.items);
  for (let count = 0; count < most; count++) {
    const parcel = parcels[from + count]!;
    tokens += parcel.tokens;
    length += parcel.length;
    if (count > 0 && (tokens > bounds.tokens || length > bounds.length)) return count;
  }
  return most;
}
