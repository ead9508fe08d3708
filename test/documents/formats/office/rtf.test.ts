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

test('RTF: styles of characters make no headings, and styles inherit theirs', async () => {
  const file = [
    '{\\stylesheet{\\s0 Normal;}{\\s1\\sbasedon0 Heading 1;}{\\s2\\sbasedon1 Chapter;}{\\s3 Title;}',
    '{\\*\\cs18\\sbasedon17 Heading 1 Char;}{\\*\\ts11 Heading 2;}}',
    '\\pard\\s3 The Harbour\\par\\pard\\plain \\s0 It is open.\\par\\pard\\s2 Tides\\par\\pard\\plain\\s0 Two a day.\\par',
  ];
  expect(await read(file.join('\n'))).toEqual([
    '1 heading (1 The Harbour) "The Harbour"',
    '3 paragraph "It is open."',
    '5 heading (1 Tides) "Tides"',
    '7 paragraph "Two a day."',
  ]);
});

test('RTF: bullets of any font are dashes, as deep as their list; signs of fonts are those that are shown', async () => {
  const fonts = '{\\fonttbl{\\f1\\fcharset2 Symbol;}{\\f2 Courier New;}{\\f3\\fcharset2 Wingdings;}}';
  const file = [
    "{\\listtext\\pard\\f1 \\'b7\\tab}\\ilvl0 One\\par\\pard{\\listtext\\f2 o\\tab}\\ilvl1 Two\\par",
    "\\pard{\\listtext \\u61623\\'3f\\tab}Three\\par\\pard{\\listtext b)\\tab}Four\\par",
    "\\pard{\\f3\\'fc} {\\f3\\u-3842?} done, {\\f1 a}-rays\\par",
    '\\pard{\\listtext\\pard{\\tab Five}{\\par}}',
  ];
  expect(await read(fonts + file.join('\n'))).toEqual([
    '1 item "- One"',
    '2 item "  - Two"',
    '3 item "- Three"',
    '4 item "b) Four"',
    '6 paragraph "✓ ☑ done, α-rays"',
    '8 paragraph "Five"',
  ]);
});

test('RTF: headers without the numbers of pages, footers at the end', async () => {
  const field = (name: string) => `{\\field{\\*\\fldinst {\\f0 ${name} }}{\\fldrslt 7}}`;
  const file = `{\\header Log ${field('PAGE')}\\par}{\\footer ACME ${field('NUMPAGES')}\\par}\\pard See page ${field('PAGEREF x')}.\\par`;
  expect(await read(file)).toEqual(['1 paragraph "Log"', '3 paragraph "See page 7."', '5 paragraph "ACME"']);
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

test('RTF: paragraphs in a style of code are one block with its indents', async () => {
  const styles = '{\\stylesheet{\\s0 Normal;}{\\s5 Preformatted Text;}{\\s6\\sbasedon5 Mine;}}';
  const body =
    '\\pard\\s0 Run it:\\par\\pard\\s5 def f():\\par\\pard\\s6     return 1\\par\\pard\\s5\\par f()\\par\\trowd\\pard\\intbl a\\cell b\\cell\\row\\pard End.\\par';
  expect(await read(`${styles}${body}`)).toEqual([
    '1 paragraph "Run it:"',
    '3 code "def f():\\n    return 1\\n\\nf()"',
    '8 table "a | b"',
    '10 paragraph "End."',
  ]);
});
