// Bytes of a file → text. It finds the encoding: UTF-8 and UTF-16 by their bytes, others by the name in the file, else
// Windows-1252, which can read every byte.
import { isAscii, isUtf8 } from 'node:buffer';

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
  // UTF-32, which looks like UTF-16.
  '\xff\xfe\0\0',
];

/** The characters of the bytes 80 to 9F. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** "charset=shift_jis", "coding: euc-jp", 'encoding="ISO-8859-2"' near the top of a file. */
const encodingDeclaration = /(?:charset|coding|encoding)[ \t]{0,3}[=:][ \t]{0,3}["']?([A-Za-z][\w.:-]{1,30})/;

/**
 * The text of a file: UTF-8 with or without byte order mark, UTF-16 with one or with a clear pattern of zero
 * bytes, else the encoding that the file declares, else Windows-1252. The mark is not part of the text.
 * Never throws; ask `isBinary` first.
 */
export function decode(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const utf16 = utf16Kind(buffer);
  if (utf16) return new TextDecoder(utf16).decode(buffer);
  if (isAscii(buffer)) return buffer.toString('latin1');
  if (isUtf8(buffer)) return buffer.toString('utf8', hasUtf8Mark(buffer) ? 3 : 0);
  const decoder = declaredDecoder(buffer);
  return decoder && decoder.encoding !== 'windows-1252' ? decoder.decode(buffer) : decodeWindows1252(buffer);
}

/** True when the start of a file isn't text: known binary formats, NUL bytes, control characters. */
export function isBinary(bytes: Uint8Array): boolean {
  const sample = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, sampleBytes));
  const start = sample.toString('latin1', 0, 16);
  if (binaryStarts.some((magic) => start.startsWith(magic))) return true;
  if (utf16Kind(sample)) return false;
  if (sample.includes(0)) return true;
  // A cut in the middle of a character makes any UTF-8 sample invalid: leave its last bytes out.
  if (isAscii(sample) || isUtf8(sample.subarray(0, wholeCharacters(sample)))) return false;
  let controls = 0;
  for (const byte of sample) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) controls++;
  return controls * 50 > sample.length;
}

/** Doesn't use TextDecoder: Node 20 decodes it as Latin-1, without quotes, dashes and the euro sign. */
function decodeWindows1252(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (char) => windows1252[char.charCodeAt(0) - 0x80]!);
}

function hasUtf8Mark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function utf16Kind(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  // Without a mark, only mostly Latin text is recognised: in most pairs, one byte is zero.
  const length = Math.min(bytes.length, sampleBytes) & ~1;
  if (length < 4 || (bytes[0] !== 0 && bytes[1] !== 0)) return undefined;
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

/** Length of the sample without a character that it may have cut. */
function wholeCharacters(sample: Uint8Array): number {
  if (sample.length < sampleBytes) return sample.length;
  let end = sample.length;
  while (end > sample.length - 4 && (sample[end - 1]! & 0xc0) === 0x80) end--;
  return sample[end - 1]! >= 0xc0 ? end - 1 : sample.length;
}

function declaredDecoder(bytes: Buffer): InstanceType<typeof TextDecoder> | undefined {
  const label = encodingDeclaration.exec(bytes.toString('latin1', 0, 1024))?.[1];
  if (!label || /^utf/i.test(label)) return undefined;
  try {
    return new TextDecoder(label);
  } catch {
    // An unknown name.
    return undefined;
  }
}
