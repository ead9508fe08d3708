import { expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { documentOf, outline } from '../../structure.js';

const read = async (body: string) =>
  outline(await documentOf(Buffer.from(`{\\rtf1\\ansi${body}}`, 'latin1'), 'a.rtf'));

test('RTF: words without control words, fonts, styles and pictures', async () => {
  const file =
    "\\ansicpg1252\\deff0{\\fonttbl{\\f0 Helvetica;}}{\\colortbl;\\red255\\green0\\blue0;}{\\stylesheet{\\s0 Normal;}}{\\info{\\title T}}\\f0\\fs24 The harbour is \\b open\\b0  in May. Gr\\'fc\\'dfe\\line \\ldblquote now\\rdblquote\\~5\\'80.\\par {\\pict\\pngblip 89504e47}{\\*\\unknown x}{\\v hidden}Second \\{\\'93a\\'94\\}.";
  expect(await read(file)).toEqual([
    '1 paragraph "The harbour is open in May. Grüße\\n“now”\u00a05€."',
    '4 paragraph "Second {“a”}."',
  ]);
});

test('RTF: letters of all alphabets, by code page, font and number', async () => {
  const fonts = '{\\fonttbl{\\f0\\fcharset204 Arial;}{\\f1\\fcharset128 Gothic;}{\\f2 Arial;}}';
  const file = `${fonts}\\f0 \\'cf\\'f0\\'e8\\f1  \\'93\\'fa\\'96\\'7b\\'83A \\f2 \\uc1\\u26085?\\u-10179?\\u-8704? {\\uc2\\u8212\\'a1\\'aa}x`;
  expect(await read(file)).toEqual(['1 paragraph "При 日本ア 日😀 —x"']);
});

test('RTF: headings by outline level or style, lists with their numbers, links by their words', async () => {
  const file = [
    '{\\stylesheet{\\s0 Normal;}{\\s1\\sbasedon0 heading 1;}{\\s2\\outlinelevel1 Titel;}}',
    '\\pard\\s1 Valves\\par\\pard A valve.\\par',
    '\\pard\\s2 Pumps\\par\\pard\\outlinelevel2 Parts\\par',
    '\\pard{\\listtext\\pard\\plain 1.\\tab}First\\par{\\listtext 2.\\tab}Second\\par',
    '\\pard See {\\field{\\*\\fldinst HYPERLINK "https://example.org"}{\\fldrslt the site}}.\\par',
  ];
  expect(await read(file.join('\n'))).toEqual([
    '1 heading (1 Valves) "Valves"',
    '3 paragraph "A valve."',
    '5 heading (2 Pumps) "Pumps"',
    '7 heading (3 Parts) "Parts"',
    '9 item "1. First"',
    '10 item "2. Second"',
    '12 paragraph "See the site."',
  ]);
});

test('RTF: tables keep their columns; notes follow, headers stand once', async () => {
  const file =
    '{\\header ACME\\par}{\\header ACME\\par}\\trowd\\trhdr\\cellx1\\pard\\intbl Name\\cell Flow\\cell\\row\\trowd\\pard\\intbl pump{\\footnote  of steel}\\cell 3\\par 4\\cell\\row\\pard After{\\*\\annotation is it so?}.\\par';
  const document = await documentOf(`{\\rtf1${file}}`, 'a.rtf');
  expect(outline(document)).toEqual([
    '1 paragraph "ACME"',
    '3 table "Name | Flow\\npump | 3 4"',
    '6 paragraph "of steel"',
    '8 paragraph "After."',
    '10 paragraph "Comment: is it so?"',
  ]);
  expect(document.blocks[1]!.context).toBe('Name | Flow');
});

test('RTF of a mail that was HTML: its tags are no text', async () => {
  expect(
    await read(
      '\\fromhtml1 {\\*\\htmltag64 <p>}\\htmlrtf \\b\\htmlrtf0 Words of the mail.{\\*\\htmltag72 </p>}\\par',
    ),
  ).toEqual(['1 paragraph "Words of the mail."']);
});

test('RTF: nested groups without end, and bytes that count as data, are no harm', async () => {
  expect(await read(`${'{\\b '.repeat(100_000)}deep${'}'.repeat(100_000)} out`)).toEqual([
    '1 paragraph "deep out"',
  ]);
  expect(await read(' a\\bin5 }}}}}b\\bin99999999999 c')).toEqual(['1 paragraph "ab"']);
  await expect(extract(Buffer.from('no rtf'), 'a.rtf')).rejects.toMatchObject({ failure: 'malformed' });
});
