// Bytes of a file → text. It finds the encoding: UTF-8, UTF-16 and UTF-32 by their bytes, others by the name in the file,
// else the one in which the text reads like a language (score-languages.ts).
import { isAscii, isUtf8 } from 'node:buffer';
import { DocumentError } from '../../errors.js';
import { dosNames } from './dos-tables.js';
import { decodeAs } from './encodings.js';
import { guessEncoding } from './score-languages.js';
import { decodeWide, standardUtf8, wideByWords, wideByZeros } from './unicode.js';

/** Bytes that hold a control character if they are UTF-16 of another script than Latin. */
const startBytes = 512;

/** "charset=shift_jis", "coding: euc-jp", 'encoding="ISO-8859-2"' near the top of a file. */
const encodingDeclaration = /(?:charset|coding|encoding)[ \t]{0,3}[=:][ \t]{0,3}["']?([A-Za-z][\w.:-]{1,30})/;
/** Names that TextDecoder doesn't know. */
const otherNames: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  eucjp: 'euc-jp',
  euckr: 'euc-kr',
  'latin-1': 'latin1',
  'latin-2': 'latin2',
  cp866: 'ibm866',
  macroman: 'macintosh',
};

/** Errors of a declared encoding, to characters that aren't ASCII, from which on the declaration is wrong. */
const maxErrors = 0.05;
/** A stray byte for so many characters of UTF-8, and the text is still UTF-8. */
const charactersPerStray = 4;
/** In a few words, half as many will do when all are letters and signs of the West: Asian encodings make others, too. */
const westernPerStray = 2;
const western = /^[\0-\x7f\u00a0-\u024f\u2010-\u2044\u20ac\u2122\ufffd]*$/;
/** Cost of a byte from which on the text may be UTF-16, and from which on no language explains it. */
const odd = 5;
const implausible = 7.5;
/** A text with fewer bytes beyond ASCII is read by the rest of it. */
const minHighShare = 0.3;
/** In a few bytes, anything may stand: a name, a sign. */
const minHighBytes = 16;

const loneReturn = /\r(?!\n)/;

/**
 * The text of a file, without a byte order mark: UTF-8, also with a few stray bytes; UTF-16 and UTF-32; else the encoding
 * that the file declares, else the most likely one. Line breaks of old Macs become those of today. Ask `isBinary` of
 * binary.ts first.
 * @throws {DocumentError} `undecodable` when no encoding makes a text of it
 */
export function decode(bytes: Uint8Array): string {
  const text = charactersOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const lines = text.includes('\r') && loneReturn.test(text) ? text.replace(/\r(?!\n)/g, '\n') : text;
  return lines.includes('\0') ? lines.replaceAll('\0', ' ') : lines;
}

function charactersOf(buffer: Buffer): string {
  const wide = wideByZeros(buffer);
  if (wide) return decodeWide(buffer, wide);
  // Russian and Greek in UTF-16 are all ASCII, with control characters.
  const looksWide = holdsControls(buffer.subarray(0, startBytes));
  const unmarked = looksWide ? wideByWords(buffer) : undefined;
  if (unmarked) return decodeWide(buffer, unmarked);
  if (isAscii(buffer)) return ascii(buffer);
  const from = hasUtf8Mark(buffer) ? 3 : 0;
  if (isUtf8(buffer)) return buffer.toString('utf8', from);
  const standard = standardUtf8(buffer);
  if (standard) return standard.toString('utf8', from);
  const utf8 = buffer.toString('utf8', from);
  if (from > 0 || isMostlyUtf8(utf8)) return utf8;
  return declared(buffer) ?? guessed(buffer);
}

/** ASCII, or Japanese in ISO-2022-JP, which has no other bytes. */
function ascii(buffer: Buffer): string {
  const text = buffer.toString('latin1');
  if (!text.includes('\x1b$B') && !text.includes('\x1b$@')) return text;
  const japanese = decodeAs('iso-2022-jp', buffer);
  return japanese.includes('\ufffd') ? text : japanese;
}

function hasUtf8Mark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function holdsControls(sample: Buffer): boolean {
  for (let at = 0; at < sample.length; at++) {
    const byte = sample[at]!;
    if (byte < 32 && (byte < 9 || (byte > 13 && byte !== 27))) return true;
  }
  return false;
}

/** Whether what isn't ASCII is nearly all characters of UTF-8: other encodings make them by accident only. */
function isMostlyUtf8(text: string): boolean {
  const { characters, errors } = countErrors(text);
  if (characters >= errors * charactersPerStray) return true;
  return characters >= errors * westernPerStray && western.test(text);
}

function countErrors(text: string): { characters: number; errors: number } {
  let characters = 0;
  let errors = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd) errors++;
    else if (code > 127 && (code < 0xdc00 || code > 0xdfff)) characters++;
  }
  return { characters, errors };
}

/** In the encoding that the file names, unless that one makes no sense of it. */
function declared(bytes: Buffer): string | undefined {
  const name = encodingDeclaration
    .exec(bytes.toString('latin1', 0, 1024))?.[1]
    ?.toLowerCase()
    .replaceAll('_', '-');
  if (!name || name.startsWith('utf')) return undefined;
  const label = labelOf(name);
  if (label === undefined) return undefined;
  const text = decodeAs(label, bytes);
  const { characters, errors } = countErrors(text);
  return errors > 1 && errors > (characters + errors) * maxErrors ? undefined : text;
}

/** The encoding of a name; undefined for an unknown one. */
function labelOf(name: string): string | undefined {
  if (dosNames[name] !== undefined) return dosNames[name];
  for (const spelled of [otherNames[name] ?? name, name.replaceAll('-', '_')]) {
    try {
      return new TextDecoder(spelled).encoding;
    } catch {
      // Another spelling may be known.
    }
  }
  return undefined;
}

function guessed(bytes: Buffer): string {
  const { label, perByte, high } = guessEncoding(bytes);
  if (perByte > odd) {
    const wide = wideByWords(bytes);
    if (wide) return decodeWide(bytes, wide);
  }
  if (perByte > implausible && high >= minHighBytes && high > bytes.length * minHighShare) {
    throw new DocumentError('undecodable', 'Its bytes are no text in any known encoding; save it as UTF-8.');
  }
  return decodeAs(label, bytes);
}
