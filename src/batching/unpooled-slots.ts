// Slots for an embedder without endpoints: it counts as a single endpoint.
import { EmbedderFault } from '../errors.js';
import { policyOf } from '../fault-policy.js';
import type { Embedder, EmbedOptions } from '../types/embedder.js';
import type { RequestLimits, Slot, SlotLimits, Slots } from '../types/requests.js';
import type { Vector } from '../types/vector.js';

/** An embedder with slots, to which batches are sent. */
export type SlottedEmbedder = Pick<Embedder, 'embed' | 'resetBreakers'> & { readonly slots: Slots };

/** Adds slots to an embedder. Returns the embedder itself when it has slots already. */
export function withSlots(embedder: Embedder): SlottedEmbedder {
  if (embedder.slots) return embedder as SlottedEmbedder;
  const slots = new WholeSlots();
  return {
    slots,
    embed: (texts, options = {}) => slots.embed(embedder, texts, options),
    ...(embedder.resetBreakers && { resetBreakers: () => embedder.resetBreakers!() }),
  };
}

class WholeSlot implements Slot {
  readonly limits: RequestLimits;
  /** Number of taken slots when this one was taken, including itself. */
  readonly inFlight: number;
  readonly #release: () => void;

  constructor(limits: RequestLimits, inFlight: number, release: () => void) {
    this.limits = limits;
    this.inFlight = inFlight;
    this.#release = release;
  }

  release(): void {
    this.#release();
  }
}

class WholeSlots implements Slots {
  #taken = 0;

  next(all: SlotLimits) {
    const limits = all.of('');
    if (this.#taken >= limits.concurrency) return undefined;
    const release = () => {
      this.#taken--;
    };
    return {
      endpoint: '',
      inFlight: this.#taken,
      take: () => new WholeSlot(limits, ++this.#taken, release),
    };
  }

  /** Does nothing: slots only change when a holder releases one, and the holder knows that. */
  onChange(): () => void {
    return () => {};
  }

  /** Embeds, and reports time and overloads to the limits. */
  async embed(embedder: Embedder, texts: readonly string[], options: EmbedOptions): Promise<Vector[]> {
    const { slot, ...rest } = options;
    if (!(slot instanceof WholeSlot)) return await embedder.embed(texts, rest);
    const { limits, inFlight } = slot;
    const start = performance.now();
    try {
      const vectors = await embedder.embed(texts, rest);
      const tokens = options.tokens ?? 0;
      limits.answered({ texts: texts.length, tokens, ms: performance.now() - start, inFlight });
      return vectors;
    } catch (error) {
      const overload = error instanceof EmbedderFault ? policyOf(error).overload : undefined;
      if (overload) limits.overloaded(overload);
      throw error;
    }
  }
}
