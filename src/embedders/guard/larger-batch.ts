// Checks larger batches. The opening compares a batch of many short texts, but some servers' batches are wrong only above
// some number of tokens. So the first batch that is clearly larger than all compared ones is compared, too: one of its
// vectors with that of the same text alone.

import { orAborted } from '../../net/or-aborted.js';
import type { Vector } from '../../types/vector.js';
import { cosine } from './compare-spaces.js';

/** A batch is compared when it has this many times the tokens of the last one. From a few words to the largest request, that happens at most 13 times. */
const growth = 1.5;

/**
 * Min cosine. It allows for the float noise of long texts, but not for another text's vector. A false alarm would make all
 * later work many times slower.
 */
const minCosine = 0.99;

/** Places to compare, the last one first: a server that cuts a batch cuts its end. */
const places = [(texts: number) => texts - 1, (texts: number) => texts >> 1, () => 0];

export class LargerBatch {
  /** Tokens of the largest compared batch. */
  #tokens: number;
  #tries = 0;
  #unlike: string | undefined;
  #trying: Promise<void> | undefined;

  /** @param tokens of the batch that was compared at the opening */
  constructor(tokens: number) {
    this.#tokens = tokens;
  }

  /** Call when the server was replaced. @param tokens of the batch that was compared with the new server */
  reset(tokens: number): void {
    this.#tokens = tokens;
    this.#unlike = undefined;
  }

  /**
   * How a batch differs from single texts, in words; undefined when it is not larger than compared ones, or is right.
   * Other large batches wait while one is compared.
   * @param vectors of the texts, from one request
   * @param alone gets the vector of a text with its own request
   * @throws the error of `alone`, or the signal's reason
   */
  async unlike(
    batch: { texts: readonly string[]; vectors: readonly Vector[]; tokens: number },
    alone: (text: string) => Promise<Vector>,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    while (this.#unlike === undefined && batch.tokens > this.#tokens * growth) {
      if (this.#trying === undefined) {
        const trying = this.#try(batch, alone).finally(() => {
          this.#trying = undefined;
        });
        this.#trying = trying;
        await trying;
      } else {
        await orAborted(
          this.#trying.catch(() => {}),
          signal,
        );
      }
    }
    return this.#unlike;
  }

  async #try(
    { texts, vectors, tokens }: { texts: readonly string[]; vectors: readonly Vector[]; tokens: number },
    alone: (text: string) => Promise<Vector>,
  ): Promise<void> {
    const place = places[this.#tries % places.length]!(texts.length);
    const likeness = cosine(await alone(texts[place]!), vectors[place]!);
    this.#tries++;
    if (likeness >= minCosine) this.#tokens = tokens;
    else
      this.#unlike = `text ${place + 1} of ${texts.length} with ${tokens} tokens: cosine ${likeness.toFixed(2)}`;
  }
}
