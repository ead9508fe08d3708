import { describe, expect, test } from 'vitest';
import { decode, isBinary } from '../../src/documents/decode.js';
import fc from '../helpers/properties.js';
import { fixture } from './structure.js';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

describe('decode', () => {
  test('reads any well-formed text back from UTF-8, with and without a byte order mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        fc.pre(!text.startsWith('\ufeff') && !text.includes('\0'));
        expect(decode(Buffer.from(text))).toBe(text);
        expect(decode(Buffer.from(`\ufeff${text}`))).toBe(text);
      }),
    );
  });

  test('reads any well-formed text back from UTF-16 with a byte order mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(decode(Buffer.from(`\ufeff${text}`, 'utf16le'))).toBe(text);
        expect(decode(utf16be(`\ufeff${text}`))).toBe(text);
      }),
    );
  });

  test.each([
    [
      'UTF-16 LE without a mark',
      Buffer.from('The hive – weigh it.\r\n', 'utf16le'),
      'The hive – weigh it.\r\n',
    ],
    ['UTF-16 BE without a mark', utf16be('Weigh the hive, café.'), 'Weigh the hive, café.'],
    ['Latin-1', latin1('Weißdorn, café'), 'Weißdorn, café'],
    ['Windows-1252', Buffer.from([0x93, 0x68, 0x69, 0x94, 0x20, 0x80]), '“hi” €'],
    [
      'a declared encoding',
      Buffer.from('<meta charset="shift_jis">\x83\x6e\x83\x60', 'latin1'),
      '<meta charset="shift_jis">ハチ',
    ],
    ['an unknown declared encoding', latin1('# coding: bee-1\né'), '# coding: bee-1\né'],
    ['a wrong claim of UTF-8', latin1('charset=utf-8 é'), 'charset=utf-8 é'],
    ['nothing', Buffer.alloc(0), ''],
  ])('reads %s', (_, bytes, text) => {
    expect(decode(bytes)).toBe(text);
  });

  test('reads a part of a larger buffer', () => {
    const bytes = new Uint8Array(latin1('xxhivexx')).subarray(2, 6);
    expect(decode(bytes)).toBe('hive');
  });
});

describe('isBinary', () => {
  test.each([
    ['a PDF', fixture('bees.pdf')],
    ['a DOCX', fixture('bees.docx')],
    ['a NUL byte', latin1('text\0text')],
    ['JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ['gzip', Buffer.from([0x1f, 0x8b, 8])],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0])],
    ['control characters', Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 7 + 1) % 255 || 1))],
    ['16-bit numbers', Buffer.from(new Uint16Array(Array.from({ length: 500 }, (_, i) => i % 200)).buffer)],
  ])('says yes to %s', (_, bytes) => {
    expect(isBinary(bytes)).toBe(true);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['ASCII', latin1('text\n')],
    ['UTF-8 with a character over the end of the sample', Buffer.from(`${'a'.repeat(8191)}é and more`)],
    ['Latin-1', latin1('Weißdorn, café')],
    ['UTF-16', Buffer.from('\ufeffhive', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('The hive', 'utf16le')],
    ['colours of a terminal', latin1('\x1b[31mred\x1b[0m caf\xe9')],
    ['words that look like a format', latin1('ID3 tags and RIFF files')],
  ])('says no to %s', (_, bytes) => {
    expect(isBinary(bytes)).toBe(false);
  });
});
