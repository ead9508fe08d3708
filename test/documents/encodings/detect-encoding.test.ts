import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isBinary } from '../../../src/documents/binary.js';
import { decode } from '../../../src/documents/encodings/detect-encoding.js';
import { decodeAs } from '../../../src/documents/encodings/encodings.js';
import fc from '../../helpers/properties.js';
import { fixture } from '../structure.js';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

function encoded(name: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/cases/encodings/${name}`, import.meta.url));
}

/** Finds the bytes of each character by decoding all pairs. */
function encode(label: string, text: string): Buffer {
  const bytesOf = new Map<string, number[]>();
  const add = (...bytes: number[]): void => {
    const char = decodeAs(label, Buffer.from(bytes));
    if (!bytesOf.has(char)) bytesOf.set(char, bytes);
  };
  for (let first = 0; first < 256; first++) add(first);
  if (/big5|euc/.test(label)) {
    for (let first = 0xa1; first < 255; first++)
      for (let second = 0x40; second < 255; second++) add(first, second);
  }
  return Buffer.from([...text].flatMap((char) => bytesOf.get(char)!));
}

function utf32le(text: string): Buffer {
  return Buffer.concat([...text].map((char) => Buffer.from(new Uint32Array([char.codePointAt(0)!]).buffer)));
}

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
    ['a name of a code page', latin1('# vim: fileencoding=cp932\n\x83\x6e'), '# vim: fileencoding=cp932\nハ'],
    [
      'a declared encoding that fits nothing',
      latin1('charset=euc-jp café, crème, naïve'),
      'charset=euc-jp café, crème, naïve',
    ],
    ['lone carriage returns', latin1('one\rtwo\r\nthree\r'), 'one\ntwo\r\nthree\n'],
    ['a NUL in a text', latin1('Words before \0 words after'), 'Words before   words after'],
    ['ISO-2022-JP', latin1('\x1b$B;z\x1b(B.'), '字.'],
    ['UTF-32 LE without a mark', utf32le('Weigh the hive: 🐝'), 'Weigh the hive: 🐝'],
    ['UTF-32 BE', utf32le('\ufeffWeigh it').swap32(), 'Weigh it'],
    [
      'Russian in UTF-16 LE without a mark',
      Buffer.from('Взвесьте улей осенью.', 'utf16le'),
      'Взвесьте улей осенью.',
    ],
    ['Greek in UTF-16 BE without a mark', utf16be('Ζυγίστε την κυψέλη.'), 'Ζυγίστε την κυψέλη.'],
    [
      'a stray byte',
      Buffer.concat([Buffer.from('Größe 21'), latin1('\xb0'), Buffer.from('C – 日本語')]),
      'Größe 21\ufffdC – 日本語',
    ],
    ['a stray byte in few words', latin1('Gr\xc3\xb6\xc3\x9fe \xb0 ok'), 'Größe \ufffd ok'],
    // Java and old databases write a character beyond U+FFFF as two halves, and NUL as two bytes.
    ['CESU-8', latin1('Gr\xc3\xb6\xc3\x9fe \xed\xa0\xbd\xed\xb8\x80\xc0\x80!'), 'Größe 😀 !'],
    ['a name of MS-DOS', latin1('# -*- coding: cp850 -*-\n\x84'), '# -*- coding: cp850 -*-\nä'],
    ['nothing', Buffer.alloc(0), ''],
  ])('reads %s', (_, bytes, text) => {
    expect(decode(bytes)).toBe(text);
  });

  test.each([
    ['cp1251.txt', 'Маяк был построен в 1871 году на северном конце острова. Смотритель зажигает лампу.'],
    ['euckr.txt', '등대는 1871년에 섬의 북쪽 끝에 세워졌다. 등대지기가 매일 밤 불을 켠다.'],
    ['gbk.txt', '灯塔建于一八七一年,位于岛的北端。看守人每天晚上点灯。'],
    ['sjis.csv', '名前,説明\n灯台,明かり\n'],
    ['sjis.txt', '灯台は1871年に建てられました。毎晩、灯台守が明かりをともします。'],
    ['utf16le-nobom-cjk.txt', '灯塔建于一八七一年,位于岛的北端。看守人每天晚上点灯。'],
    ['utf32.txt', 'The lamp burns all night on the cape.'],
  ])('finds the encoding of %s', (name, text) => {
    const bytes = encoded(name);
    expect(isBinary(bytes)).toBe(false);
    expect(decode(bytes)).toBe(text);
  });

  test.each([
    ['big5', '每天晚上都有人點燈，燈塔在島的北邊。'],
    ['euc-jp', '毎晩、灯台守が明かりをともします。'],
    ['windows-1250', 'Zvážte úl před zimou, říkal včelař.'],
    ['windows-1253', 'Ο φάρος χτίστηκε στο βόρειο άκρο του νησιού.'],
    ['windows-1254', 'Kışın arı kovanını tartmayı unutmayın, dediği şey buydu.'],
    ['windows-1255', 'המגדלור נבנה בקצה הצפוני של האי.'],
    ['windows-1256', 'تم بناء المنارة في الطرف الشمالي من الجزيرة.'],
    ['windows-1257', 'Švyturys buvo pastatytas šiauriniame salos gale, žmogus degė šviesą.'],
    ['koi8-r', 'Маяк был построен на северном конце острова.'],
    ['koi8-u', 'Маяк був збудований на північному кінці острова, її світло видно.'],
    ['ibm866', 'Маяк был построен на северном конце острова.'],
    ['ibm850', 'La pompe a été réparée à côté de la forêt.'],
    ['ibm852', 'Čerpadlo se spouští až po otevření ventilu, říkal včelař.'],
    ['iso-8859-2', 'Zvažte úl před zimou, říkal šťastný včelař.'],
    ['macintosh', 'Le gardien a allumé la lampe très tôt, après le dîner.'],
    ['windows-874', 'ประภาคารถูกสร้างขึ้นที่ปลายด้านเหนือของเกาะ'],
    ['windows-1252', 'Der Wärter zündet jede Nacht die Lampe an, „später“ – für 5 €.'],
  ])('finds %s by the words alone', (label, text) => {
    expect(decode(encode(label, text))).toBe(text);
  });

  test('keeps all of UTF-8 but the character that the end of a file cuts', () => {
    const text = decode(encoded('cut.log'));
    expect(text.split('\n').at(-2)).toBe('2026-01-01 Gerät überhitzt: Düse geprüft – 日本');
    expect(text.match(/\ufffd+$/)?.[0]).toBe('\ufffd');
    expect(decode(encoded('notes.md')).replace('\ufffd', '°')).toBe(
      '# Über die Küste\n\nDer Leuchtturm „Skarn“ wurde 1871 gebaut — er kostete 40 000 €. 日本語の説明もあります。\n\n' +
        'Temperature 21°C was measured.\n\nSchöne Grüße aus Zürich.\n',
    );
  });

  test('finds the encoding of a long text by a part of it, in little time', () => {
    const line = 'Смотритель зажигает лампу каждую ночь. ';
    expect(decode(encode('windows-1251', line.repeat(50_000)))).toBe(line.repeat(50_000));
    const english = 'weigh the hive\n'.repeat(100_000);
    expect(decode(encode('windows-1252', `${english}café`))).toBe(`${english}café`);
  });

  test('says of bytes that are no text in any encoding that they are undecodable', () => {
    let state = 7;
    const next = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return 0x21 + ((state >> 16) % 0xde);
    };
    const noise = Buffer.from(Array.from({ length: 600 }, next));
    expect(() => decode(noise)).toThrow(expect.objectContaining({ failure: 'undecodable' }));
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
    ['control characters', Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 7 + 1) % 255 || 1))],
    ['16-bit numbers', Buffer.from(new Uint16Array(Array.from({ length: 500 }, (_, i) => i % 200)).buffer)],
  ])('says yes to %s', (_, bytes) => {
    expect(isBinary(bytes)).toBe(true);
  });

  test.each([
    ['a few NUL bytes in a text', latin1('Words before \0\0 words after\n')],
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
