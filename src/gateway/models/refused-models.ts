// Remembers the models whose vectors are refused because their servers give wrong ones. A client that tries again then
// costs only a cheap check. When the servers have changed, the model is measured again.
import type { WrongVectorsError } from '../../errors.js';
import { printable } from '../../text/printable.js';

/** How long a check of the servers stays valid, in ms. */
const lookMs = 2000;

/** A mended server may look the same from outside: after this time, in ms, it is measured again anyway. */
const trustMs = 60_000;

/** Max remembered names; each is a model of the servers. */
const maxRefused = 100;

/** Max characters of a sentence that holds words of a server. */
const maxReasonLength = 1000;

/** A refused model, as `/health` and `/metrics` report it. */
export interface RefusedModel {
  model: string;
  reason: WrongVectorsError['reason'];
  error: string;
}

/**
 * The releases and digests of the servers for a model, as one string; undefined when one of them is down.
 * Never throws.
 */
export type LookAtServers = (model: string) => Promise<string | undefined>;

class Refused {
  readonly #look: () => Promise<string | undefined>;
  readonly #since = performance.now();
  readonly #before: Promise<string | undefined>;
  #isSuspected = false;
  #last: { at: number; answer: Promise<boolean> };

  constructor(
    readonly model: string,
    readonly error: WrongVectorsError,
    look: () => Promise<string | undefined>,
  ) {
    this.#look = look;
    this.#before = look();
    this.#last = { at: performance.now(), answer: Promise.resolve(false) };
  }

  suspect(): void {
    this.#isSuspected = true;
    this.#last.at = Number.NEGATIVE_INFINITY;
  }

  /** True when a new measurement may have another result. */
  mayBeMended(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#last.at >= lookMs) this.#last = { at: now, answer: this.#isOther() };
    return this.#last.answer;
  }

  /** True when the servers have changed. False while one is down: the vectors of those left need not be the right ones. */
  async #isOther(): Promise<boolean> {
    const [before, now] = await Promise.all([this.#before, this.#look()]);
    if (now === undefined) return false;
    return now !== before || this.#isSuspected || performance.now() - this.#since >= trustMs;
  }
}

export class RefusedModels {
  readonly #look: LookAtServers;
  /** By canonical name. */
  readonly #refused = new Map<string, Refused>();

  constructor(look: LookAtServers) {
    this.#look = look;
  }

  get list(): RefusedModel[] {
    return [...this.#refused.values()].map(({ model, error }) => ({
      model: printable(model),
      reason: error.reason,
      error: printable(error.message, maxReasonLength),
    }));
  }

  get(key: string): Refused | undefined {
    return this.#refused.get(key);
  }

  add(key: string, model: string, error: WrongVectorsError): void {
    this.#refused.delete(key);
    this.#refused.set(key, new Refused(model, error, () => this.#look(model)));
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > maxRefused && oldest !== undefined) this.#refused.delete(oldest);
  }

  delete(key: string): void {
    this.#refused.delete(key);
  }

  /** The servers' models may have changed: forget the last check. */
  suspect(): void {
    for (const refused of this.#refused.values()) refused.suspect();
  }

  /** Names of the models that may be right again. */
  async mended(): Promise<string[]> {
    const all = [...this.#refused.values()];
    const answers = await Promise.all(all.map((refused) => refused.mayBeMended()));
    return all.filter((_, index) => answers[index]).map(({ model }) => model);
  }
}
