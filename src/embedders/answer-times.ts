// When a server had chosen the model for an answer, at the latest. An answer doesn't name the weights that made it: they are
// asked for apart, and such a question counts for all answers whose model was chosen before it.
import type { EmbedOptions } from '../types/embedder.js';

/** A request to one server, as the guards around its embedder send it. */
export interface TimedEmbedOptions extends EmbedOptions {
  /** Told of the answer's times. @default nobody is */
  times?: AnswerTimes | undefined;
}

/** The times of the answers to one call, by `performance.now`. Mostly there is one answer; retries give more. */
export class AnswerTimes {
  #sent = Number.NEGATIVE_INFINITY;
  #head = Number.NEGATIVE_INFINITY;
  #heads = 0;
  #workedMs = 0;

  /** A request is sent. */
  sent(): void {
    this.#sent = performance.now();
  }

  /** The first bytes of its answer have come. */
  headed(): void {
    this.#head = performance.now();
    this.#heads++;
  }

  /** @param ms how long the server worked after it had chosen the model, as it says itself */
  worked(ms: number): void {
    this.#workedMs = ms;
  }

  /**
   * When the server had chosen the model of all answers, at the latest: before it worked on the last one, or, where it
   * doesn't say how long that took, when that one came. Undefined before the first answer.
   */
  get chosenBy(): number | undefined {
    if (this.#heads === 0) return undefined;
    const by = this.#head - this.#workedMs;
    // With several answers it isn't known which one it was; and nobody works longer than we wait.
    return this.#heads === 1 && by >= this.#sent ? by : this.#head;
  }
}
