// The opening tries a batch of many short texts. Some servers' batches are wrong only above some number of tokens: so
// the first batch that is clearly larger than all that were tried is compared in one place with the same text alone.
import type { Vector } from '../../types.js';
import { orAborted } from '../abort.js';
import { cosine } from './canaries.js';

/** By how much larger a batch is tried again. From a few words to the largest request that is sent, that is 13 times at most. */
const STEP = 1.5;

/**
 * Float noise of long texts passes, another text's vector doesn't; a batch that is taken for wrong by mistake would make
 * all that follows many times as slow.
 */
const LEAST = 0.99;

/** The last place first: what is cut off is at the end. */
const PLACES = [(texts: number) => texts - 1, (texts: number) => texts >> 1, () => 0];

export class LargerBatch {
  /** Tokens of the largest batch that was tried. */
  #tokens: number;
  #tries = 0;
  #unlike: string | undefined;
  #trying: Promise<void> | undefined;

  /** @param tokens of the batch that was tried at the opening */
  constructor(tokens: number) {
    this.#tokens = tokens;
  }

  /** It is another server now, of which this batch was tried. */
  reset(tokens: number): void {
    this.#tokens = tokens;
    this.#unlike = undefined;
  }

  /**
   * How a batch differs from single texts, as a phrase; undefined when it is no larger than others, or as it should be.
   * Batches that are as large wait for the one that is tried.
   * @param vectors of the texts, as one request gave them
   * @param alone gives the vector of a text by a request of its own
   * @throws what `alone` throws, and the signal's reason
   */
  async unlike(
    batch: { texts: readonly string[]; vectors: readonly Vector[]; tokens: number },
    alone: (text: string) => Promise<Vector>,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    while (this.#unlike === undefined && batch.tokens > this.#tokens * STEP) {
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
    const place = PLACES[this.#tries % PLACES.length]!(texts.length);
    const likeness = cosine(await alone(texts[place]!), vectors[place]!);
    this.#tries++;
    if (likeness >= LEAST) this.#tokens = tokens;
    else
      this.#unlike = `text ${place + 1} of ${texts.length} with ${tokens} tokens: cosine ${likeness.toFixed(2)}`;
  }
}
