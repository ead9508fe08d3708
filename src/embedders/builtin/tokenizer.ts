// Text → token ids, by the unigram model of the sentence encoder. It gives the same ids as the package's own
// tokenizer, in linear time (the package's is quadratic).
import type { Piece } from '../../tokens/unknown-letters.js';
import { slicesOf, wordMark } from './model-form.js';
import type { VocabularyEntry } from './weights.js';

const unknownId = 0;
/** Control symbols at the start of the vocabulary, which no text contains. */
const reserved = 6;
const noPiece = -1;
const emptySlot = -1;

/**
 * Finds the most probable cut of a text into pieces. The trie is stored in flat arrays: an edge is found by
 * `node << 8 | letter` in an open-addressing table, which is small (0.5 MB) and quick to build.
 */
export class UnigramTokenizer {
  /** UTF-16 unit → number of the letter; 0 for units that are in no piece. */
  readonly #letters = new Uint8Array(0x10000);
  readonly #edgeKeys: Int32Array;
  readonly #edgeTargets: Int32Array;
  readonly #slotMask: number;
  /** Node → id of the piece that ends there. */
  readonly #pieces: Int32Array;
  readonly #scores: Float64Array;
  readonly #lengths: Uint8Array;
  readonly #opensWord: Uint8Array;
  #best = new Float64Array(0);
  #lastPiece = new Int32Array(0);

  constructor(vocabulary: readonly VocabularyEntry[]) {
    const units = vocabulary.reduce((total, [piece]) => total + piece.length, 0);
    const slots = 2 ** Math.ceil(Math.log2(units * 1.5));
    this.#edgeKeys = new Int32Array(slots).fill(emptySlot);
    this.#edgeTargets = new Int32Array(slots);
    this.#slotMask = slots - 1;
    this.#pieces = new Int32Array(units + 1).fill(noPiece);
    this.#scores = new Float64Array(vocabulary.length);
    this.#lengths = new Uint8Array(vocabulary.length);
    this.#opensWord = new Uint8Array(vocabulary.length);
    let letters = 0;
    let nodes = 1;
    vocabulary.forEach(([piece, score], id) => {
      // A few scores of the vocabulary are null; the package counts them as 0.
      this.#scores[id] = score ?? 0;
      this.#lengths[id] = piece.length;
      this.#opensWord[id] = piece.startsWith(wordMark) ? 1 : 0;
      if (id < reserved) return;
      let node = 0;
      for (let i = 0; i < piece.length; i++) {
        const unit = piece.charCodeAt(i);
        if (this.#letters[unit] === 0) this.#letters[unit] = ++letters;
        const slot = this.#slot(node, this.#letters[unit]!);
        if (this.#edgeKeys[slot] === emptySlot) {
          this.#edgeKeys[slot] = (node << 8) | this.#letters[unit]!;
          this.#edgeTargets[slot] = nodes++;
        }
        node = this.#edgeTargets[slot]!;
      }
      this.#pieces[node] = id;
    });
  }

  /**
   * @param text with single spaces only: the vocabulary knows no other white space
   * @returns token ids; empty for the empty text only
   */
  encode(text: string): Int32Array {
    if (text === '') return new Int32Array(0);
    const parts: Int32Array[] = [];
    let last: number | undefined;
    for (const { text: slice, isInWord } of slicesOf(text)) {
      this.#cut(slice);
      const ids = this.#collect(slice.length);
      // A run of unknown units is one token, wherever it was cut.
      const isJoined = isInWord && last === unknownId && ids[0] === unknownId;
      parts.push(isJoined ? ids.subarray(1) : ids);
      last = ids.at(-1);
    }
    return parts.length === 1 ? parts[0]! : joined(parts);
  }

  /** The pieces that the text is cut into, normalised, without the marks of words. */
  pieces(text: string): Piece[] {
    const all: Piece[] = [];
    for (const slice of slicesOf(text)) for (const piece of this.#piecesOf(slice.text)) all.push(piece);
    return all;
  }

  #piecesOf(marked: string): Piece[] {
    this.#cut(marked);
    const reversed: Piece[] = [];
    for (let end = marked.length; end > 0; ) {
      const id = this.#lastPiece[end]!;
      const known = id !== unknownId;
      const start = end - (known ? this.#lengths[id]! : 1);
      const piece = marked.slice(start, end).replaceAll(wordMark, '');
      const behind = reversed.at(-1);
      // The model works on UTF-16 units: this joins the two halves of an emoji again.
      if (behind && !known && !behind.known) behind.text = piece + behind.text;
      else reversed.push({ text: piece, known });
      end = start;
    }
    return reversed.reverse();
  }

  /** Whether the token is the first of a word. */
  opensWord(id: number): boolean {
    return this.#opensWord[id] === 1;
  }

  /** Viterbi, left to right: stores for every position the last piece of the best cut that ends there. */
  #cut(text: string): void {
    const length = text.length;
    if (this.#best.length <= length) {
      this.#best = new Float64Array(2 * length + 1);
      this.#lastPiece = new Int32Array(2 * length + 1);
    }
    const best = this.#best.fill(0, 0, length + 1);
    // Every letter of the vocabulary is a piece, so every position gets one.
    for (let start = 0; start < length; start++) {
      let node = 0;
      let known = false;
      for (let end = start; end < length; end++) {
        node = this.#child(node, this.#letters[text.charCodeAt(end)]!);
        if (node === 0) break;
        const id = this.#pieces[node]!;
        if (id === noPiece) continue;
        known = true;
        this.#offer(end + 1, best[start]! + this.#scores[id]!, id);
      }
      if (!known) this.#offer(start + 1, best[start]!, unknownId);
    }
  }

  /** Like the package, treats a score of 0 as "none yet", and prefers the later start when scores are equal. */
  #offer(end: number, score: number, id: number): void {
    const held = this.#best[end]!;
    if (held !== 0 && score < held) return;
    this.#best[end] = score;
    this.#lastPiece[end] = id;
  }

  /** Walks back over the best cut; a run of unknown units is one token. */
  #collect(length: number): Int32Array {
    const reversed: number[] = [];
    let end = length;
    while (end > 0) {
      const id = this.#lastPiece[end]!;
      if (id !== unknownId || reversed.at(-1) !== unknownId) reversed.push(id);
      end -= id === unknownId ? 1 : this.#lengths[id]!;
    }
    return Int32Array.from(reversed.reverse());
  }

  /** The child node, or 0 when there is none (0 is the root, which is never a child). */
  #child(node: number, letter: number): number {
    if (letter === 0) return 0;
    const slot = this.#slot(node, letter);
    return this.#edgeKeys[slot] === emptySlot ? 0 : this.#edgeTargets[slot]!;
  }

  /** The slot of the edge, or the empty slot for it. */
  #slot(node: number, letter: number): number {
    const key = (node << 8) | letter;
    let slot = (Math.imul(key, 0x9e3779b1) >>> 12) & this.#slotMask;
    while (this.#edgeKeys[slot] !== emptySlot && this.#edgeKeys[slot] !== key) {
      slot = (slot + 1) & this.#slotMask;
    }
    return slot;
  }
}

/** One space between words, none at both ends: the model doesn't know newlines and tabs. */
export function collapseWhiteSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
