// An embedder of one's own: vectors from a hash of the text, one request at a time.
import { createHash } from 'node:crypto';
import {
  type AnsweredRequest,
  type Embedder,
  EmbedderFault,
  type EmbedderIdentity,
  type EmbedOptions,
  type EndpointState,
  type FaultOptions,
  type FreeSlot,
  type Json,
  type Overload,
  type Prefixes,
  type RequestLimits,
  type Slot,
  type SlotLimits,
  type Slots,
  type TokenCounter,
  type Vector,
} from 'embed-ingest';

const dimensions = 8;
const place = 'hash';

class OneSlot implements Slot {
  readonly limits: RequestLimits;
  readonly release: () => void;

  constructor(limits: RequestLimits, release: () => void) {
    this.limits = limits;
    this.release = release;
  }
}

class OneAtATime implements Slots {
  #taken = 0;
  readonly #listeners = new Set<() => void>();

  next(all: SlotLimits): FreeSlot | undefined {
    const limits = all.of(place);
    if (this.#taken >= Math.min(1, limits.concurrency)) return undefined;
    return { endpoint: place, inFlight: this.#taken, take: () => this.#take(limits) };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(limits: RequestLimits): Slot {
    this.#taken++;
    return new OneSlot(limits, () => {
      this.#taken--;
      for (const listener of this.#listeners) listener();
    });
  }
}

const counter: TokenCounter = { id: 'words/1', special: 0, count: (text) => text.split(/\s+/).length };
const prefixes: Prefixes = { document: 'text: ', query: 'question: ' };
const options: { [key: string]: Json } = { rounds: 1 };

/** Refuses the word "poison", and says that it has too much to do at the word "crowd", once. */
export class HashEmbedder implements Embedder {
  readonly identity: EmbedderIdentity = {
    embedder: 'builtin',
    variant: 'sha256',
    model: 'hash',
    digest: '00',
    dimensions: dimensions,
    options,
    prefixes,
  };
  readonly counter = counter;
  readonly maxTokens = 512;
  readonly defaultChunkTokens = 256;
  readonly slots = new OneAtATime();
  #requests = 0;
  #failures = 0;
  #crowded = true;

  async embed(texts: readonly string[], given: EmbedOptions = {}): Promise<Vector[]> {
    const { signal, slot, tokens = texts.reduce((sum, text) => sum + counter.count(text), 0) } = given;
    signal?.throwIfAborted();
    const start = performance.now();
    this.#requests++;
    const limits = slot instanceof OneSlot ? slot.limits : undefined;
    if (texts.some((text) => text.includes('crowd')) && this.#crowded) {
      this.#crowded = false;
      this.#failures++;
      const why: Overload = 'busy';
      limits?.overloaded(why);
      const wish: FaultOptions = { retryAfterMs: 1 };
      throw new EmbedderFault('busy', 'The hasher has too much to do: try again.', wish);
    }
    if (texts.some((text) => text.includes('poison'))) {
      this.#failures++;
      throw new EmbedderFault('bad-input', 'The hasher takes no poison: leave it out.');
    }
    const answered: AnsweredRequest = {
      texts: texts.length,
      tokens,
      ms: performance.now() - start,
      inFlight: 1,
    };
    limits?.answered(answered);
    return texts.map(vectorOf);
  }

  endpoints(): EndpointState[] {
    return [
      {
        url: 'hash://here',
        weight: 1,
        breaker: 'closed',
        inFlight: 0,
        requests: this.#requests,
        failures: this.#failures,
        msPerToken: undefined,
      },
    ];
  }

  async close(): Promise<void> {}
}

function vectorOf(text: string): Vector {
  const bytes = createHash('sha256').update(text).digest();
  const vector = Float32Array.from({ length: dimensions }, (_, at) => bytes.readInt32LE(4 * at));
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}
