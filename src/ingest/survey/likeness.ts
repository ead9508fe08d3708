// Finds texts again that were edited: by short stretches that only few have. Chunks alone don't tell, since a short
// document is a single one, and an edit moves the boundaries of others.

/** Characters of a stretch: about four words. */
const stretchLength = 24;
/** Stretches by which a text is known, evenly from all over it: those with the lowest hashes. */
const samples = 16;
/** What more texts than this have, such as a licence at the top, tells nothing. */
const maxCommon = 3;
/** Of its stretches, what must be there again. */
const minShare = 1 / 2;
/** Of a longer text, the characters at its beginning that are looked at. */
const maxSampledLength = 4_000_000;

const sieveBits = 25;
const sieveMask = (1 << sieveBits) - 1;

const hashBase = 0x01000193;
const baseOfFirst = (() => {
  let power = 1;
  for (let index = 0; index < stretchLength; index++) power = Math.imul(power, hashBase);
  return power;
})();

/** A text that another is like, and how much of it is there again, from 0 to 1. */
export interface Like {
  /** As `add` gave it. */
  number: number;
  share: number;
}

/** Texts that are looked for: each is sampled first, and taken in when all were. */
export class Likeness {
  /** Texts that have a stretch, by its hash; of one that many have, not all. */
  readonly #owners = new Map<number, number[]>();
  /** A bit for the end of each hash among them: most stretches are none of them, and this tells it faster. */
  readonly #sieve = new Uint8Array(1 << (sieveBits - 3));
  /** How many stretches of each text tell. */
  readonly #sizes: number[] = [];

  /** @param parts of the text */
  sample(parts: Iterable<string>): void {
    const lowest: number[] = [];
    for (const part of parts) {
      eachStretch(part, (hash) => {
        if (lowest.length === samples && hash >= lowest.at(-1)!) return;
        const at = lowest.findIndex((one) => one >= hash);
        if (lowest[at] === hash) return;
        lowest.splice(at < 0 ? lowest.length : at, 0, hash);
        lowest.length = Math.min(lowest.length, samples);
      });
    }
    for (const hash of lowest) {
      this.#owners.set(hash, []);
      this.#sieve[(hash & sieveMask) >>> 3]! |= 1 << (hash & 7);
    }
  }

  /** @returns its number: 0, 1, 2 … */
  add(parts: Iterable<string>): number {
    const number = this.#sizes.length;
    const met = new Set<number>();
    for (const part of parts) this.#meet(part, met);
    for (const hash of met) {
      const owners = this.#owners.get(hash)!;
      // One too many is kept, which shows that it tells nothing: then it no longer counts for the others.
      if (owners.length === maxCommon) for (const one of owners) this.#sizes[one]!--;
      if (owners.length <= maxCommon) owners.push(number);
    }
    this.#sizes.push([...met].filter((hash) => this.#tells(hash)).length);
    return number;
  }

  /** Those of the texts of which at least half is there again in this one, the likest first. */
  like(text: string): Like[] {
    const met = new Set<number>();
    this.#meet(text, met);
    const found = new Map<number, number>();
    for (const hash of met) {
      if (!this.#tells(hash)) continue;
      for (const number of this.#owners.get(hash)!) found.set(number, (found.get(number) ?? 0) + 1);
    }
    return [...found]
      .map(([number, count]) => ({ number, share: count / this.#sizes[number]! }))
      .filter(({ share }) => share >= minShare)
      .sort((a, b) => b.share - a.share || a.number - b.number);
  }

  #tells(hash: number): boolean {
    return this.#owners.get(hash)!.length <= maxCommon;
  }

  #meet(part: string, met: Set<number>): void {
    eachStretch(part, (hash) => {
      const mayBe = (this.#sieve[(hash & sieveMask) >>> 3]! >>> (hash & 7)) & 1;
      if (mayBe === 1 && this.#owners.has(hash)) met.add(hash);
    });
  }
}

/** Tells the hash of each stretch, which rolls on from one to the next. */
function eachStretch(text: string, tell: (hash: number) => void): void {
  const end = Math.min(text.length, maxSampledLength);
  let rolling = 0;
  for (let at = 0; at < end; at++) {
    rolling = Math.imul(rolling, hashBase) + text.charCodeAt(at);
    if (at >= stretchLength) rolling -= Math.imul(baseOfFirst, text.charCodeAt(at - stretchLength));
    if (at >= stretchLength - 1) tell(mixed(rolling));
  }
}

/** As a number of 30 bits, which engines keep as it is, all of whose bits depend on all: the lowest must come from anywhere. */
function mixed(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) & 0x3fffffff;
}
