// Sends texts to a server in batches while their vectors are those of single requests, and one by one from then on.
import type { RunEvents } from '../../events.js';
import type { Embedder, EmbedOptions } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import type { Vector } from '../../types/vector.js';
import type { TimedEmbedOptions } from '../answer-times.js';
import { compareBatch, unlikeSentence, withSingles } from './batch-check.js';
import { LargerBatch } from './larger-batch.js';

export interface BatchGuardOptions {
  /** The server, in words. */
  where: string;
  /** Tokens of the largest batch that was compared with single texts; 0: none. @default 0 */
  batchTokens?: number;
  /** Max texts of later batches; 1: no batches will be sent. @default 1 */
  batchSize?: number;
  /** Told once when batches turn out to be wrong. @default no listener */
  events?: RunEvents | undefined;
}

export class BatchGuard {
  readonly #options: BatchGuardOptions;
  readonly #larger: LargerBatch;
  #embedder: Embedder;
  #isSingle = false;
  #inFlight = 0;

  /** @param embedder where texts are sent */
  constructor(embedder: Embedder, options: BatchGuardOptions) {
    this.#embedder = embedder;
    this.#options = options;
    this.#larger = new LargerBatch(options.batchTokens ?? 0);
  }

  /** Sends batches, or single texts if batches are wrong. */
  get embedder(): Embedder {
    return this.#embedder;
  }

  /** True when the server gives wrong vectors in batches. */
  get isSingle(): boolean {
    return this.#isSingle;
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  async embed(texts: readonly string[], options: TimedEmbedOptions): Promise<Vector[]> {
    this.#inFlight++;
    try {
      return await this.#embedder.embed(texts, options);
    } finally {
      this.#inFlight--;
    }
  }

  /**
   * Compares a batch that is clearly larger than those before with single requests.
   * @param vectors those of the texts, as answered in one batch
   */
  async compareLarger(
    texts: readonly string[],
    vectors: readonly Vector[],
    options: EmbedOptions,
  ): Promise<void> {
    if (!this.#sendsBatches) return;
    const { counter } = this.#embedder;
    const { tokens = texts.reduce((sum, text) => sum + counter.count(text), 0), ...rest } = options;
    const alone = async (text: string) => (await this.embed([text], rest))[0]!;
    const unlike = await this.#larger.unlike({ texts, vectors, tokens }, alone, options.signal);
    if (unlike !== undefined) this.#sendSingles(unlike);
  }

  /** Compares batches anew: another release may give other vectors in them, although those of single texts are the same. */
  async compare(space: VectorSpace, signal: AbortSignal): Promise<void> {
    if (!this.#sendsBatches) return;
    const { unlike, tokens } = await compareBatch(
      this.#embedder,
      space,
      this.#options.batchSize ?? 1,
      signal,
    );
    this.#larger.reset(tokens);
    if (unlike !== undefined) this.#sendSingles(unlike);
  }

  get #sendsBatches(): boolean {
    return (this.#options.batchSize ?? 1) > 1 && !this.#isSingle;
  }

  #sendSingles(unlike: string): void {
    if (this.#isSingle) return;
    this.#embedder = withSingles(this.#embedder);
    this.#isSingle = true;
    this.#options.events?.warning(unlikeSentence(this.#options.where, unlike), 'batch-changes-vectors');
  }
}
