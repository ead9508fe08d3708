// Places where a text may be cut ("marks"), in order, each with the number of tokens before it. Stored in typed arrays,
// since a large document has a million of them.

const keyCharacters = 48;

export class Marks {
  /** Number of marks, without the end of the text. */
  count = 0;
  /** Index of the first character after the cut. */
  at = new Int32Array(64);
  /** Tokens between the first mark and this one. */
  tokens = new Int32Array(64);
  /** Strength of the cut: see `boundary`. */
  strength = new Uint8Array(64);
  /** A hash of the text after the cut. It decides between equal places, and an edit elsewhere doesn't change it. */
  key = new Uint32Array(64);

  push(at: number, tokens: number, strength: number, key: number): void {
    if (this.count + 1 === this.at.length) this.#grow();
    const index = this.count++;
    this.at[index] = at;
    this.tokens[index] = tokens;
    this.strength[index] = strength;
    this.key[index] = key;
  }

  /** Sets the end of the last run: `at[count]` and `tokens[count]`. */
  close(end: number, tokens: number): void {
    this.at[this.count] = end;
    this.tokens[this.count] = tokens;
  }

  #grow(): void {
    this.at = grown(this.at, new Int32Array(this.at.length * 2));
    this.tokens = grown(this.tokens, new Int32Array(this.at.length));
    this.strength = grown(this.strength, new Uint8Array(this.at.length));
    this.key = grown(this.key, new Uint32Array(this.at.length));
  }
}

function grown<T extends Int32Array | Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Key of a cut before `start`: a hash of the text after it, at most up to `end`. */
export function keyOf(text: string, start: number, end: number): number {
  const stop = Math.min(end, start + keyCharacters);
  let hash = 0x811c9dc5 | 0;
  for (let index = start; index < stop; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  // FNV leaves the high bits, which decide a comparison, to the last characters.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
