// Notices a model that broke during a run and gives the same vector to all texts, or to most. Each single vector looks
// right.
// So the first answer of a broken one passes where it is of a single text: no other is there to compare it with, the
// server says that its model is the same, and a canary beside each single text would double the requests for them.
import type { Vector } from '../../types/vector.js';

/** Bytes of a vector that are compared: enough to tell vectors apart, and cheap for every batch. */
const tellingBytes = 64;

/** A text, and the first bytes of its vector. */
interface Seen {
  text: string;
  bytes: string;
}

export class Sameness {
  /** The last single text. */
  #last: Seen | undefined;
  /** A vector that several texts may share, such as `Word` and `WORD` for a model without capital letters. */
  #rightful: string | undefined;
  #suspect: string | undefined;
  #suspicions = 0;

  /** Number of suspicious answers so far. */
  get suspicions(): number {
    return this.#suspicions;
  }

  /**
   * Suspects an answer in which most texts have the same vector as an unlike text, or a single text has that of the one
   * before.
   * @param vectors of the texts, in order
   */
  look(texts: readonly string[], vectors: readonly Vector[]): void {
    if (texts.length > 1) {
      // Nearly always none, or too few, are alike in the first of their numbers alone.
      const alike = mostAlike(vectors);
      if (alike <= 1 || alike * 2 <= new Set(texts).size) return;
    }
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

  /** A check found the server healthy: the suspicious vector is right. */
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
