// A model that broke in mid-run gives one vector to all texts, or to most: nothing is wrong with each of them alone.
// So the first answer of a broken one passes where it is of a single text: no other is there to compare it with, the
// server says that its model is the same, and a canary beside each single text would double the requests for them.
import type { Vector } from '../../types.js';

/** Bytes by which a vector is told from another: enough, and cheap for batch after batch. */
const tellingBytes = 64;

/** A text, and the first bytes of its vector. */
interface Seen {
  text: string;
  bytes: string;
}

export class Sameness {
  /** The last text that was sent alone. */
  #last: Seen | undefined;
  /** A vector that several texts have by right, such as those of one word in small and in capital letters. */
  #rightful: string | undefined;
  #suspect: string | undefined;
  #suspicions = 0;

  /** How often answers gave rise to a check so far. */
  get suspicions(): number {
    return this.#suspicions;
  }

  /**
   * Suspects an answer in which most texts share their vector with an unlike one, or a single one with that before it.
   * @param vectors of the texts, in their order
   */
  look(texts: readonly string[], vectors: readonly Vector[]): void {
    // Nearly always too few are alike in the first of their numbers alone.
    if (texts.length > 1 && mostAlike(vectors) * 2 <= new Set(texts).size) return;
    const seen = texts.map((text, index) => ({ text, bytes: bytesOf(vectors[index]!) }));
    const group = texts.length === 1 && this.#last ? [this.#last, ...seen] : seen;
    if (texts.length === 1) this.#last = seen[0];
    const textsOf = new Map<string, Set<string>>();
    for (const { text, bytes } of group) textsOf.set(bytes, (textsOf.get(bytes) ?? new Set()).add(text));
    const unlike = new Set(group.map(({ text }) => text)).size;
    const shared = [...textsOf].find(([, own]) => own.size > 1 && own.size * 2 > unlike)?.[0];
    if (shared === undefined || shared === this.#rightful) return;
    this.#suspect = shared;
    this.#suspicions++;
  }

  /** The server gives unlike texts unlike vectors: what was suspected is right. */
  clear(): void {
    this.#rightful = this.#suspect ?? this.#rightful;
    this.#suspect = undefined;
  }
}

/** How many vectors have the most frequent first number. */
function mostAlike(vectors: readonly Vector[]): number {
  const counts = new Map<number | undefined, number>();
  let most = 0;
  for (const vector of vectors) {
    const first = vector[0];
    const count = (counts.get(first) ?? 0) + 1;
    counts.set(first, count);
    if (count > most) most = count;
  }
  return most;
}

function bytesOf(vector: Vector): string {
  const { buffer, byteOffset, byteLength } = vector;
  return Buffer.from(buffer, byteOffset, Math.min(byteLength, tellingBytes)).toString('latin1');
}
