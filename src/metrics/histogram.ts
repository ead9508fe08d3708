// Counts values in buckets with fixed bounds. It answers "how long do 95 % take?" with a few hundred bytes, for any number
// of values.

/** Ten to a decade, rounded so that 1, 2.5 and 5 are among them: the bounds that dashboards know. */
const decadeSteps = [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8];
/** The decades of {@link secondBounds}: 0.1 ms to 1,000 s. */
const decades = ['e-4', 'e-3', 'e-2', 'e-1', 'e0', 'e1', 'e2'];

/** Bounds for durations in seconds, ascending. */
export const secondBounds: readonly number[] = [
  ...decades.flatMap((decade) => decadeSteps.map((step) => Number(`${step}${decade}`))),
  1000,
];

export class Histogram {
  readonly #bounds: Float64Array;
  /** One more than bounds: the last one is for values above all bounds. */
  readonly #counts: Float64Array;
  #count = 0;
  #sum = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = 0;

  /** @param bounds upper bounds of the buckets (inclusive), ascending, above 0 */
  constructor(bounds: readonly number[] = secondBounds) {
    this.#bounds = Float64Array.from(bounds);
    this.#counts = new Float64Array(bounds.length + 1);
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** @param value finite and not negative */
  observe(value: number): void {
    this.#counts[this.#bucketOf(value)]! += 1;
    this.#count++;
    this.#sum += value;
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
  }

  /** Number of values up to `bound`. Exact for the histogram's own bounds, too low for others. */
  atMost(bound: number): number {
    let count = 0;
    for (let bucket = 0; bucket < this.#bounds.length && this.#bounds[bucket]! <= bound; bucket++) {
      count += this.#counts[bucket]!;
    }
    return count;
  }

  /**
   * The value below which the share `q` of all values lies; 0 when there are none. Linear between a bucket's
   * bounds, so off by less than the bucket's width: 28 % at most with {@link secondBounds}, or 0.1 ms below its first
   * bound, and never outside of what was seen. Above the last bound it is the largest value.
   * @param q 0 to 1
   */
  quantile(q: number): number {
    const rank = q * this.#count;
    let below = 0;
    for (let bucket = 0; bucket < this.#bounds.length; bucket++) {
      const inside = this.#counts[bucket]!;
      if (inside > 0 && below + inside >= rank) {
        const low = Math.max(bucket === 0 ? 0 : this.#bounds[bucket - 1]!, this.#least);
        const high = Math.min(this.#bounds[bucket]!, this.#most);
        return low + ((high - low) * (rank - below)) / inside;
      }
      below += inside;
    }
    return this.#most;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#sum = 0;
    this.#least = Number.POSITIVE_INFINITY;
    this.#most = 0;
  }

  /** The first bucket whose bound is not below the value. */
  #bucketOf(value: number): number {
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
