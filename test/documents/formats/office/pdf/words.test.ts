// Words: cut by the ends of lines, with letters apart; values that people entered.
import { expect, test } from 'vitest';
import { CutWords } from '../../../../../src/documents/formats/office/pdf/hyphens.js';
import {
  isApart,
  joinedLetters,
  plainLetters,
  withBrackets,
} from '../../../../../src/documents/formats/office/pdf/letters.js';
import { documentOf } from '../../../structure.js';
import { madePdf } from './made-pdf.js';

test.each([
  ['respon-', 'sible', 'responsible'],
  ['well-', 'known', 'well-known'],
  ['state-of-the-', 'art', 'state-of-the-art'],
  ['end-', 'to-end', 'end-to-end'],
  ['Anglo-', 'Saxon', 'Anglo-Saxon'],
  ['COVID-', '19', 'COVID-19'],
  ['rule-', 'based', 'rule-based'],
  ['long-', 'term', 'long-term'],
  ['high-', 'frequency', 'high-frequency'],
  ['high-', 'lighted', 'highlighted'],
  ['self-', 'contained', 'self-contained'],
  ['non-', 'linear', 'non-linear'],
  ['real-', 'ization', 'realization'],
  ['time-', 'stamps', 'timestamps'],
  ['back-', 'ground', 'background'],
  ['Wasser-', 'straße', 'Wasserstraße'],
  ['inter-', 'national),', 'international),'],
  ['word‐', 'ing', 'wording'],
  ['pre-', 'and postwar', 'pre-\nand postwar'],
  ['Vor-', 'und Nachteile', 'Vor-\nund Nachteile'],
  ['1914 -', '1918', '1914 -\n1918'],
  ['apt-', '--purge', 'apt-\n--purge'],
])('%s %s', (start, end, joined) => {
  expect(new CutWords([[start, end]]).join([start, end])).toBe(joined);
});

test('what the document writes elsewhere decides', () => {
  const cut = ['user-', 'name'];
  expect(new CutWords([cut, ['the user-name']]).join(cut)).toBe('user-name');
  expect(new CutWords([cut, ['the Username']]).join(cut)).toBe('username');
  const known = ['well-', 'being'];
  expect(new CutWords([known, ['wellbeing']]).join(known)).toBe('wellbeing');
});

test('a word goes to the line on which it begins', () => {
  const lines = ['is respon-', 'sible for inter-', 'national', 'waters'];
  expect(new CutWords([lines]).join(lines)).toBe('is responsible\nfor international\nwaters');
});

test('letters apart', async () => {
  const { text } = await documentOf(
    madePdf([
      [
        { text: 'SPACED OUT TITLE', y: 700, size: 14, spacing: 2 },
        { text: 'small tracking of words', y: 650, spacing: 1.5 },
        { text: 'WIDE ONES', y: 600, size: 20, spacing: 10 },
        { text: 'P R E F A C E', y: 550 },
        { text: 'Answers A B C D E and x y z', y: 500 },
      ],
    ]),
    'a.pdf',
  );
  expect(text.split(/\n+/)).toEqual([
    'SPACED OUT TITLE',
    'small tracking of words',
    'WIDE ONES',
    'PREFACE',
    'Answers A B C D E and x y z',
  ]);
  expect(joinedLetters('ein g r o ß e r Tag')).toBe('ein großer Tag');
  expect(isApart('A B C')).toBe(false);
});

test('shapes become letters', () => {
  expect(plainLetters('\ufefb\ufe8e\ufedf')).toBe('لاال');
  expect(plainLetters('\ufb01n\ufb00 \uf0b7 a\u0000b')).toBe('finff • ab');
  expect(plainLetters('\ufd3e\u0300 x’')).toContain('\ufd3e');
  expect(plainLetters('\u0300 stable’')).toBe('`stable’');
});

test('signs of fonts of TeX that have no names', () => {
  expect(plainLetters('e\u001ecient o\u000bers, \u001cnd')).toBe('efficient offers, find');
  expect(plainLetters('\u0010quoted\u0011 a\u0015b')).toBe('“quoted” a–b');
  expect(plainLetters('\u0088')).toBe('•');
  expect(plainLetters('1\u001f2')).toBe('12');
});

test('brackets of a text from right to left, however the file keeps them', () => {
  expect(withBrackets('זה )בעברית( כאן')).toBe('זה (בעברית) כאן');
  expect(withBrackets('זה (בעברית) כאן')).toBe('זה (בעברית) כאן');
});

test('words that are drawn twice, to look bold or for a shadow, are there once', async () => {
  const page = [
    { text: 'Bold words', y: 700 },
    { text: 'Bold words', x: 72.4, y: 700 },
    { text: 'Shadow', y: 650, size: 20 },
    { text: 'Shadow', x: 73.5, y: 648.5, size: 20 },
    { text: 'tick', y: 600 },
    { text: 'tick', x: 90, y: 600 },
  ];
  const { text } = await documentOf(madePdf([page]), 'a.pdf');
  expect(text.split(/\n+/)).toEqual(['Bold words', 'Shadow', 'tick tick']);
});

test('values of fields stand at their labels, notes behind the page, passwords nowhere', async () => {
  const annotations = [
    '<</Subtype/Widget/FT/Tx/T(name)/V(Ada Lovelace)/Rect[120 696 300 712]>>',
    '<</Subtype/Widget/FT/Btn/T(ok)/V/Yes/AS/Yes/AP<</N<</Yes 3 0 R/Off 3 0 R>>>>/Rect[72 648 84 660]>>',
    '<</Subtype/Widget/FT/Btn/T(no)/V/Off/AS/Off/AP<</N<</Yes 3 0 R/Off 3 0 R>>>>/Rect[72 628 84 640]>>',
    '<</Subtype/Widget/FT/Ch/T(colour)/V(Red)/Opt[(Red)(Blue)]/Rect[120 596 300 612]>>',
    '<</Subtype/Widget/FT/Tx/T(far)/V(Lonely)/Rect[120 96 300 112]>>',
    '<</Subtype/Widget/FT/Tx/Ff 8192/T(pw)/V(secret)/Rect[120 196 300 212]>>',
    '<</Subtype/Text/Contents(Call her first.)/Rect[500 700 520 720]>>',
    '<</Subtype/Link/Contents(A link)/Rect[500 700 520 720]>>',
  ];
  const page = [
    { text: 'Name:', y: 700 },
    { text: 'I agree', x: 100, y: 650 },
    { text: 'I refuse', x: 100, y: 630 },
    { text: 'Colour:', y: 600 },
  ];
  const { text } = await documentOf(madePdf([page], { annotations }), 'a.pdf');
  expect(text.split(/\n+/)).toEqual([
    'Name: Ada Lovelace',
    '[x] I agree',
    'I refuse',
    'Colour: Red',
    'far: Lonely',
    'Call her first.',
  ]);
});
