// Results that wait to be fetched by id. A result that isn't fetched is dropped after a time.
import { randomUUID } from 'node:crypto';
import { ResultTimeoutError, UnknownRequestError } from '../errors.js';
import type { Vector } from '../types/vector.js';
import { timerMs } from './parts.js';

interface Result {
  vector: Promise<Vector>;
  /** When the result came, by `performance.now()`; undefined before that. */
  since?: number;
}

export class Results {
  readonly #results = new Map<string, Result>();
  readonly #keepMs: number;
  readonly #onDrop: (count: number) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param keepMs how long a result is kept, in ms */
  constructor(keepMs: number, onDrop: (count: number) => void) {
    this.#keepMs = keepMs;
    this.#onDrop = onDrop;
  }

  /** @returns the id for `fetch` */
  add(vector: Promise<Vector>): string {
    const id = randomUUID();
    const result: Result = { vector };
    this.#results.set(id, result);
    const settled = () => {
      result.since = performance.now();
      this.#schedule();
    };
    vector.then(settled, settled);
    return id;
  }

  /**
   * Waits for a result, returns it and forgets it.
   * @throws {UnknownRequestError} when the id was never given, or its result was fetched or dropped
   * @throws {ResultTimeoutError} when the result isn't there in time; it can be fetched later
   * @throws the error of the text
   */
  async fetch(id: string, timeoutMs: number): Promise<Vector> {
    const result = this.#results.get(id);
    if (!result) throw this.#unknown(id);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new ResultTimeoutError(lateSentence(id, timeoutMs))),
        timerMs(timeoutMs),
      );
    });
    try {
      const vector = await Promise.race([result.vector, late]);
      if (!this.#results.delete(id)) throw this.#unknown(id);
      return vector;
    } catch (error) {
      if (!(error instanceof ResultTimeoutError)) this.#results.delete(id);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #unknown(id: string): UnknownRequestError {
    return new UnknownRequestError(
      `There is no request "${id}": it was never queued, or its result was fetched or dropped (after ${this.#keepMs / 1000} s).`,
    );
  }

  /** One timer for all: results come nearly in the order in which they are dropped. */
  #schedule(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => this.#drop(), this.#keepMs / 4).unref();
  }

  #drop(): void {
    this.#timer = undefined;
    const before = performance.now() - this.#keepMs;
    let dropped = 0;
    let left = 0;
    for (const [id, { since }] of this.#results) {
      if (since === undefined) continue;
      if (since > before) left++;
      else if (this.#results.delete(id)) dropped++;
    }
    if (dropped > 0) this.#onDrop(dropped);
    if (left > 0) this.#schedule();
  }
}

function lateSentence(id: string, timeoutMs: number): string {
  return `The result of request "${id}" is not there after ${timeoutMs} ms: fetch it again later, or give it more time.`;
}
