// Which encoding a text is in that doesn't say it: the one in which a sample reads most like a language that is written in it.
import { decodeAs, type Encoding, encodings } from './encodings.js';
import { costsIn, piecesOf } from './letter-costs.js';

/** Bytes from the first character on that isn't ASCII, and of a line at each of some places further on. */
const firstBytes = 1000;
const lineBytes = 160;
const places = 5;
/** What stands on the line before the first such character. */
const beforeBytes = 200;
/** Enough to rule most encodings out, by so much. */
const shortBytes = 160;
const clearlyMore = 60;

export interface Guess {
  label: string;
  /** Cost by byte that isn't ASCII; about 3 for text, 6 and more for what no language explains. */
  perByte: number;
  /** Bytes of the sample that aren't ASCII. */
  high: number;
}

/** A part of the sample; whether its end may cut a character. */
interface Part {
  bytes: Buffer;
  isCut: boolean;
}

/** @param bytes with at least one that isn't ASCII */
export function guessEncoding(bytes: Buffer): Guess {
  const sample = sampleOf(bytes);
  const high = sample.reduce((sum, part) => sum + part.bytes.filter(isHigh).length, 0);
  let encoding = encodings[0]!;
  let cost = Number.POSITIVE_INFINITY;
  for (const next of likely(sample[0]!)) {
    const own = costOf(next, sample, cost);
    if (own < cost) [encoding, cost] = [next, own];
  }
  return { label: encoding.label, perByte: cost / Math.max(high, 1), high };
}

/** Those that the start of the sample doesn't rule out. */
function likely({ bytes }: Part): readonly Encoding[] {
  if (bytes.length <= 2 * shortBytes) return encodings;
  const at = bytes.findIndex(isHigh);
  const from = at < shortBytes ? 0 : wordStart(bytes, at - shortBytes / 2, at);
  const start = [part(bytes, from, at - from + shortBytes)];
  const costs = encodings.map((encoding) => costOf(encoding, start));
  const limit = Math.min(...costs) + clearlyMore;
  return encodings.filter((_, i) => costs[i]! <= limit);
}

function costOf({ label, languages, rarity }: Encoding, sample: readonly Part[], limit?: number): number {
  const texts = sample.map(({ bytes, isCut }) => {
    const text = decodeAs(label, bytes);
    return isCut ? text.replace(/\ufffd$/, '') : text;
  });
  return rarity + leastCost(texts, languages, limit);
}

/** What the texts cost in the language in which they cost least. */
export function leastCost(
  texts: readonly string[],
  languages: readonly string[],
  limit = Number.POSITIVE_INFINITY,
): number {
  const pieces = texts.flatMap(piecesOf);
  let least = Number.POSITIVE_INFINITY;
  for (const language of languages) {
    const costs = costsIn(language);
    let cost = 0;
    for (const piece of pieces) {
      cost += costs(piece);
      if (cost > limit) break;
    }
    least = Math.min(least, cost);
  }
  return least;
}

function sampleOf(bytes: Buffer): Part[] {
  const first = bytes.findIndex(isHigh);
  const start = bytes.lastIndexOf(10, first) + 1;
  const from = first - start > beforeBytes ? wordStart(bytes, first - beforeBytes, first) : start;
  const sample = [part(bytes, from, first - from + firstBytes)];
  const rest = first + firstBytes;
  for (let i = 1; i <= places && rest < bytes.length; i++) {
    const line = bytes.indexOf(10, rest + Math.floor(((bytes.length - rest) * i) / (places + 1)));
    if (line === -1) break;
    sample.push(part(bytes, line + 1, lineBytes));
  }
  return sample;
}

function part(bytes: Buffer, from: number, length: number): Part {
  return { bytes: bytes.subarray(from, from + length), isCut: from + length < bytes.length };
}

/** After a byte that is a character of its own in every encoding. */
function wordStart(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at]! <= 0x20) return at + 1;
  return to;
}

function isHigh(byte: number): boolean {
  return byte > 127;
}
