// Finds the entry of a text hash among millions, with a few bytes for each: an open-addressing table in typed
// arrays. A JavaScript Map of hex strings would take ten times the memory.

/** 128 of the 256 bits: enough that no two texts collide, and half the memory. */
export const keyBytes = 16;

const empty = -1;

export class HashIndex {
  #keys: Uint32Array;
  /** The same memory. */
  #bytes: Uint8Array;
  #slots: Int32Array;
  #size = 0;
  #wanted = new Uint32Array(4);
  #wantedBytes = Buffer.from(this.#wanted.buffer);

  /** @param capacity expected entries; the index grows when there are more */
  constructor(capacity = 64) {
    this.#keys = new Uint32Array(Math.max(capacity, 1) * 4);
    this.#bytes = new Uint8Array(this.#keys.buffer);
    this.#slots = slotsFor(Math.max(capacity, 1));
  }

  get size(): number {
    return this.#size;
  }

  /** Adds the 16 bytes at `position` as the next entry. Of equal entries, `find` returns the first. */
  add(bytes: Uint8Array, position = 0): void {
    const entry = this.#size++;
    if (this.#size * 4 > this.#keys.length) this.#grow();
    const target = entry * keyBytes;
    for (let byte = 0; byte < keyBytes; byte++) this.#bytes[target + byte] = bytes[position + byte]!;
    this.#place(entry);
  }

  /** The number of the first entry with this hash (lower-case hex); entries count from 0 as added. */
  find(hash: string): number | undefined {
    if (this.#size === 0) return undefined;
    this.#wantedBytes.write(hash, 0, keyBytes, 'hex');
    return this.#find();
  }

  /** The same, of the 16 bytes at `position`. */
  findAt(bytes: Uint8Array, position: number): number | undefined {
    for (let byte = 0; byte < keyBytes; byte++) this.#wantedBytes[byte] = bytes[position + byte]!;
    return this.#find();
  }

  #find(): number | undefined {
    const entry = this.#slots[this.#slotOf(this.#wanted, 0)] as number;
    return entry === empty ? undefined : entry;
  }

  #place(entry: number): void {
    const slot = this.#slotOf(this.#keys, entry * 4);
    if (this.#slots[slot] === empty) this.#slots[slot] = entry;
  }

  /** The slot that holds this key, or the empty slot for it. The key is a hash already: its bits give the slot. */
  #slotOf(words: Uint32Array, at: number): number {
    const keys = this.#keys;
    const mask = this.#slots.length - 1;
    for (let slot = (words[at] as number) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] as number;
      if (entry === empty) return slot;
      const other = entry * 4;
      if (
        keys[other] === words[at] &&
        keys[other + 1] === words[at + 1] &&
        keys[other + 2] === words[at + 2] &&
        keys[other + 3] === words[at + 3]
      ) {
        return slot;
      }
    }
  }

  #grow(): void {
    const keys = new Uint32Array(this.#keys.length * 2);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#bytes = new Uint8Array(keys.buffer);
    this.#slots = slotsFor(keys.length / 4);
    for (let entry = 0; entry < this.#size - 1; entry++) this.#place(entry);
  }
}

/** A power of two slots, at most 3/4 full. */
function slotsFor(entries: number): Int32Array {
  return new Int32Array(2 ** Math.ceil(Math.log2((entries * 4) / 3 + 1))).fill(empty);
}
