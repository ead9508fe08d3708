// Tells binary files from text: by the starts of known formats, NUL bytes and control characters.
import { isAscii, isUtf8 } from 'node:buffer';
import { wideByWords, wideByZeros } from './encodings/unicode.js';

/** Bytes of a file that are looked at to tell binary from text. */
const sampleBytes = 8192;

/** Starts, as Latin-1, of binary files that may have no NUL byte in their sample. */
const binaryStarts = [
  '%PDF-',
  'PK\x03\x04',
  'PK\x05\x06',
  '\x1f\x8b',
  'BZh91AY&SY',
  '\xfd7zXZ',
  '7z\xbc\xaf',
  'Rar!\x1a\x07',
  '\x28\xb5\x2f\xfd',
  '\x89PNG',
  '\xff\xd8\xff',
  'GIF87a',
  'GIF89a',
  '\xd0\xcf\x11\xe0',
];

/** A text may hold a NUL here and there. */
const bytesPerNul = 10;

/** True when the start of a file isn't text: known binary formats, NUL bytes, control characters. */
export function isBinary(bytes: Uint8Array): boolean {
  const sample = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, sampleBytes));
  const start = sample.toString('latin1', 0, 16);
  if (binaryStarts.some((magic) => start.startsWith(magic))) return true;
  if (wideByZeros(sample)) return false;
  const isUnicode = isAscii(sample) || isUtf8(sample.subarray(0, wholeCharacters(sample)));
  const hasNul = sample.includes(0);
  if (isUnicode && !hasNul) return false;
  let nuls = 0;
  let controls = 0;
  for (const byte of sample) {
    if (byte === 0) nuls++;
    else if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) controls++;
  }
  if (isUnicode && controls === 0 && nuls * bytesPerNul <= sample.length) return false;
  if (!hasNul && controls * 50 <= sample.length) return false;
  return wideByWords(sample) === undefined;
}

/** Length of the sample without a character that it may have cut. */
function wholeCharacters(sample: Uint8Array): number {
  if (sample.length < sampleBytes) return sample.length;
  let end = sample.length;
  while (end > sample.length - 4 && (sample[end - 1]! & 0xc0) === 0x80) end--;
  return sample[end - 1]! >= 0xc0 ? end - 1 : sample.length;
}
