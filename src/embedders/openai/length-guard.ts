// Makes sure that no text is cut silently. Where a server refuses what is too long, texts are just sent. Where it cuts,
// those that may be too long are counted by the server, or sent alone, so that its count of the tokens shows it.
import { EmbedderFault } from '../../errors.js';
import type { TokenCounter } from '../../types/embedder.js';
import type { Tried } from './windows.js';

export interface LengthGuardOptions {
  /** Max tokens of a text, special tokens included. */
  maxTokens: number;
  /** What the server does with more; undefined: not known, so it is tried when a text may have more. */
  tooLong: 'refused' | 'cut' | undefined;
  counter: TokenCounter;
  /** Finds out what it does, and how many it takes. @throws {EmbedderFault} when a request fails */
  tryOut(signal: AbortSignal | undefined): Promise<Tried>;
  /** Has the server count the tokens of a text; absent where it can't. @throws {EmbedderFault} when that fails */
  count?: ((text: string, signal: AbortSignal | undefined) => Promise<number>) | undefined;
  /** The server, for messages. */
  where: string;
}

/** An estimate of the tokens of a text may be off by half. */
const doubt = 2;

/** Special tokens that a server may leave out of its count. */
const uncounted = 2;

export class LengthGuard {
  readonly #options: LengthGuardOptions;
  #known: Tried | undefined;
  #trying: Promise<Tried> | undefined;

  constructor(options: LengthGuardOptions) {
    this.#options = options;
    const { tooLong, maxTokens } = options;
    if (tooLong) this.#known = { tooLong, maxTokens };
  }

  get #maxTokens(): number {
    return this.#known?.maxTokens ?? this.#options.maxTokens;
  }

  /**
   * The places of texts that have to be sent alone: then `check` their answers.
   * @throws {EmbedderFault} `too-long` when the server counts more tokens than it takes
   */
  async doubtful(texts: readonly string[], signal: AbortSignal | undefined): Promise<Set<number>> {
    if (this.#known?.tooLong === 'refused') return new Set();
    const counts = texts.map((text) => this.#options.counter.count(text));
    const placesOver = (limit: number) =>
      [...counts.keys()].filter((place) => counts[place]! * doubt + this.#options.counter.special > limit);
    if (placesOver(this.#maxTokens).length === 0) return new Set();
    this.#known ??= await this.#try(signal);
    if (this.#known.tooLong === 'refused') return new Set();
    const { maxTokens } = this.#known;
    const places = placesOver(maxTokens);
    const { count } = this.#options;
    if (!count) return new Set(places);
    for (const place of places) {
      const tokens = await count(texts[place]!, signal);
      if (tokens > maxTokens) throw this.#fault(`has ${tokens} tokens by its own count`);
    }
    return new Set();
  }

  /**
   * Checks the answer of a text that was sent alone.
   * @param tokens as the server counted them; undefined when it doesn't say
   * @throws {EmbedderFault} `too-long` when it was cut, or when nothing shows that it wasn't
   */
  check(tokens: number | undefined): void {
    if (tokens === undefined) throw this.#fault("may have more, and it doesn't say how many it has read");
    if (tokens >= this.#maxTokens - uncounted)
      throw this.#fault(`filled it, and its end may have been cut off`);
  }

  #try(signal: AbortSignal | undefined): Promise<Tried> {
    this.#trying ??= this.#options.tryOut(signal).finally(() => {
      this.#trying = undefined;
    });
    return this.#trying;
  }

  #fault(why: string): EmbedderFault {
    return new EmbedderFault(
      'too-long',
      `${this.#options.where} takes ${this.#maxTokens} tokens and cuts the rest off, and a text ${why}: send shorter chunks (--chunk-size).`,
    );
  }
}
