// Random choices that follow from a text alone, so that a case can be played again.
import { createHash } from 'node:crypto';

export class Random {
  #seed;
  #count = 0;
  #pool = Buffer.alloc(0);
  #at = 0;

  /** @param seed a text; the same text gives the same choices */
  constructor(seed) {
    this.#seed = seed;
  }

  /** A whole number in [0, 2^32). */
  next() {
    if (this.#at === this.#pool.length) {
      this.#pool = createHash('sha256')
        .update(`${this.#seed}/${this.#count++}`)
        .digest();
      this.#at = 0;
    }
    this.#at += 4;
    return this.#pool.readUInt32LE(this.#at - 4);
  }

  /** A whole number in [low, high]. */
  int(low, high) {
    return low + (this.next() % (high - low + 1));
  }

  /** True with this probability. */
  chance(probability) {
    return this.next() < probability * 2 ** 32;
  }

  pick(list) {
    return list[this.int(0, list.length - 1)];
  }

  /** So many of a list, each at most once, in random order. */
  some(list, count) {
    const rest = [...list];
    const picked = [];
    while (picked.length < count && rest.length > 0)
      picked.push(...rest.splice(this.int(0, rest.length - 1), 1));
    return picked;
  }

  /** A power of two at random, or a number beside it: where bounds are. */
  size(most) {
    const power = 2 ** this.int(0, Math.floor(Math.log2(most)));
    return Math.max(0, Math.min(most, power + this.int(-1, 1)));
  }

  bytes(length) {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at++) bytes[at] = this.next() & 255;
    return bytes;
  }

  hex(length) {
    return this.bytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length);
  }
}
