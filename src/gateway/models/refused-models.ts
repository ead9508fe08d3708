// Models whose vectors are refused, since their servers give unlike ones: remembered, so that clients who try
// again cost a cheap look at the servers, and measured anew when these have changed.
import type { WrongVectorsError } from '../../errors.js';
import { printable } from '../../text/printable.js';

/** A look at the servers counts for so long, in ms. */
const LOOK_MS = 2000;

/** Not all that mends a server shows from outside: after this, in ms, it is measured anew all the same. */
const TRUST_MS = 60_000;

/** Names that are remembered; each is one of a model that the servers have. */
const MOST = 100;

/** Characters of a sentence, in which servers have a say. */
const LONGEST = 1000;

/** As `/health` and `/metrics` tell it. */
export interface RefusedModel {
  model: string;
  reason: WrongVectorsError['reason'];
  error: string;
}

/**
 * What the servers are from outside, as regards a model; undefined when one of them is down.
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

  /** Whether measuring it anew may give something else. */
  mayBeMended(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#last.at >= LOOK_MS) this.#last = { at: now, answer: this.#isOther() };
    return this.#last.answer;
  }

  /** With a server down it can't be told which of the others was right, and the one that is left isn't it by that. */
  async #isOther(): Promise<boolean> {
    const [before, now] = await Promise.all([this.#before, this.#look()]);
    if (now === undefined) return false;
    return now !== before || this.#isSuspected || performance.now() - this.#since >= TRUST_MS;
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
      error: printable(error.message, LONGEST),
    }));
  }

  get(key: string): Refused | undefined {
    return this.#refused.get(key);
  }

  add(key: string, model: string, error: WrongVectorsError): void {
    this.#refused.delete(key);
    this.#refused.set(key, new Refused(model, error, () => this.#look(model)));
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > MOST && oldest !== undefined) this.#refused.delete(oldest);
  }

  delete(key: string): void {
    this.#refused.delete(key);
  }

  /** Somebody may have changed what the servers have. */
  suspect(): void {
    for (const refused of this.#refused.values()) refused.suspect();
  }

  /** Names of those that may be well again. */
  async mended(): Promise<string[]> {
    const all = [...this.#refused.values()];
    const answers = await Promise.all(all.map((refused) => refused.mayBeMended()));
    return all.filter((_, index) => answers[index]).map(({ model }) => model);
  }
}
