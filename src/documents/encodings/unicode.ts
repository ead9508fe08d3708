// Text in UTF-16 and UTF-32, with and without a byte order mark.

import { isUtf8 } from 'node:buffer';
import { leastCost } from './score-languages.js';

export type Wide = 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';

/** Bytes that are looked at. */
const sampleBytes = 8192;
/** Less of the text is enough to tell a language from numbers. */
const readBytes = 512;
/** In a few bytes, anything looks like a word of Chinese. */
const minBytes = 12;
/** Max cost of a character; that of text is about 6. */
const maxCost = 9.5;
const scripts = ['hans', 'hant', 'ja', 'ko', 'ru', 'uk', 'el', 'he', 'ar', 'th', 'en', 'cs', 'tr'];

/** By the mark, or by the zero bytes of mostly Latin text. */
export function wideByZeros(bytes: Uint8Array): Wide | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length >= 4 ? 'utf-32le' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32be';
  const length = Math.min(bytes.length, sampleBytes) & ~1;
  if (length < 4 || (a !== 0 && b !== 0)) return undefined;
  if (bytes.length >= 8) {
    if (a !== 0 && b === 0 && c === 0 && d === 0 && isUtf32(bytes, 0)) return 'utf-32le';
    if (a === 0 && b === 0 && c === 0 && d !== 0 && isUtf32(bytes, 3)) return 'utf-32be';
  }
  const zeros = [0, 0];
  let controls = 0;
  for (let i = 0; i < length; i += 2) {
    const first = bytes[i]!;
    const second = bytes[i + 1]!;
    if (first === 0) zeros[0]!++;
    if (second === 0) zeros[1]!++;
    const low = first || second;
    if ((first === 0 || second === 0) && (low < 9 || (low > 13 && low < 32))) controls++;
  }
  const pairs = length / 2;
  if (controls > 0) return undefined;
  if (zeros[1]! > pairs * 0.7 && zeros[0] === 0) return 'utf-16le';
  if (zeros[0]! > pairs * 0.7 && zeros[1] === 0) return 'utf-16be';
  return undefined;
}

/** By the words: UTF-16 without a mark, in any script. Only for bytes that are no other text: it takes a while. */
export function wideByWords(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const sample = bytes.subarray(0, Math.min(bytes.length, readBytes) & ~1);
  if (sample.length < minBytes) return undefined;
  const [little, big] = (['utf-16le', 'utf-16be'] as const).map((kind) => {
    const text = decodeWide(sample, kind).replace(/[\ud800-\udbff]$/, '');
    return holdsControls(text) ? Number.POSITIVE_INFINITY : leastCost([text], scripts) / text.length;
  });
  if (Math.min(little!, big!) > maxCost) return undefined;
  return little! < big! ? 'utf-16le' : 'utf-16be';
}

export function decodeWide(bytes: Buffer, kind: Wide): string {
  if (kind === 'utf-16le' || kind === 'utf-16be') return new TextDecoder(kind).decode(bytes);
  const read = kind === 'utf-32le' ? bytes.readUInt32LE : bytes.readUInt32BE;
  const parts: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = read.call(bytes, at);
    if (at === 0 && code === 0xfeff) continue;
    const isCharacter = code < 0xd800 || (code > 0xdfff && code <= 0x10ffff);
    parts.push(isCharacter ? String.fromCodePoint(code) : '\ufffd');
  }
  return parts.join('');
}

const surrogatePair = /\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])/g;
const oddUtf8 = /\xed[\xa0-\xaf]|\xc0\x80/;

/**
 * UTF-8 as Java and old databases write it (CESU-8, "modified UTF-8"), as standard UTF-8: characters beyond U+FFFF are two
 * halves there, NUL is two bytes. Undefined for other bytes.
 */
export function standardUtf8(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString('latin1');
  if (!oddUtf8.test(text)) return undefined;
  const standard = text.replaceAll('\xc0\x80', '\0').replace(surrogatePair, (_, ...halves: string[]) => {
    const [a, b, c, d] = halves.slice(0, 4).map((char) => char.charCodeAt(0) & 0x3f);
    const code = 0x10000 + (((a! & 0xf) << 16) | (b! << 10) | ((c! & 0xf) << 6) | d!);
    return Buffer.from(String.fromCodePoint(code)).toString('latin1');
  });
  const found = Buffer.from(standard, 'latin1');
  return isUtf8(found) ? found : undefined;
}

/** Whether each group of four bytes is a character. */
function isUtf32(bytes: Uint8Array, lowest: 0 | 3): boolean {
  const length = Math.min(bytes.length, sampleBytes) & ~3;
  for (let at = 0; at < length; at += 4) {
    const plane = bytes[at + (lowest === 0 ? 2 : 1)]!;
    if (bytes[at + 3 - lowest] !== 0 || plane > 16) return false;
    const low = bytes[at + lowest]!;
    const high = bytes[at + (lowest === 0 ? 1 : 2)]!;
    if (plane === 0 && high === 0 && (low < 9 || (low > 13 && low < 32))) return false;
  }
  return true;
}

function holdsControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 9 || (code > 13 && code < 32)) return true;
  }
  return false;
}
