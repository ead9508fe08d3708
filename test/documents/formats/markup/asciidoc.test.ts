import { expect, test } from 'vitest';
import { documentOf, outline } from '../../structure.js';

const read = async (text: string) => outline(await documentOf(text, 'a.adoc'));

test('AsciiDoc: titles make the heading path', async () => {
  expect(
    await read('= Guide\n\n== Valves\n\nA valve stops the flow.\n\n== Pumps\n\nA pump moves water.\n'),
  ).toEqual([
    '1 heading (1 Guide) "Guide"',
    '3 heading (2 Valves) "Valves"',
    '5 paragraph "A valve stops the flow."',
    '7 heading (2 Pumps) "Pumps"',
    '9 paragraph "A pump moves water."',
  ]);
  expect(await read('Guide\n=====\n\nValves\n------\nA valve.\n')).toEqual([
    '1 heading (1 Guide) "Guide"',
    '4 heading (2 Valves) "Valves"',
    '6 paragraph "A valve."',
  ]);
});

test('AsciiDoc: comments, settings and signs around blocks go, their content stays', async () => {
  const file = [
    '= Guide',
    'Ann Bee <ann@example.org>',
    ':version: 1.2',
    ':toc:',
    '// a comment',
    '',
    '[[start]]',
    '[NOTE]',
    '====',
    'Version {version} of *the* `pump`, see <<valves,Valves>> and https://example.org[the site], link:a/b[].',
    '====',
    '////',
    'hidden',
    '////',
    '.Start it',
    '[source,sh]',
    '----',
    'pump --on',
    '',
    '# not a title',
    '----',
    'include::other.adoc[]',
    'ifdef::web[]',
    '* one',
    '* two',
    '  more',
    'valve:: stops the flow',
    'endif::[]',
    '',
    'image::p.png[A pump in snow,100]',
    '',
    '  literal',
  ].join('\n');
  expect(await read(file)).toEqual([
    '1 heading (1 Guide) "Guide"',
    '2 paragraph "Ann Bee <ann@example.org>"',
    '10 paragraph "NOTE: Version 1.2 of the pump, see Valves and the site, a/b."',
    '15 paragraph "Start it"',
    '18 code "pump --on\\n\\n# not a title"',
    '24 item "- one"',
    '25 item "- two\\n  more"',
    '27 item "  valve: stops the flow"',
    '30 paragraph "A pump in snow"',
    '32 code "  literal"',
  ]);
});

test('AsciiDoc: a table keeps its columns, and its header goes with its rows', async () => {
  const file =
    '[cols="1,2a",options="header"]\n|===\n|Name |What\n\n|pump\n|moves\nwater\n2+|both \\| all\n|===\n';
  const document = await documentOf(file, 'a.adoc');
  expect(outline(document)).toEqual(['3 table "Name | What\\npump | moves water\\nboth | all | both | all"']);
  expect(document.blocks[0]!.context).toBe('Name | What');
  expect(await read('|===\n|a|b|c\n\n|1|2|3\n|4|5|6\n|===')).toEqual([
    '2 table "a | b | c\\n1 | 2 | 3\\n4 | 5 | 6"',
  ]);
});

test('AsciiDoc: names and numbers with signs in them stay as they are', async () => {
  const line = 'Use *args, a_b_c, 2 * 3 * 4, __init__.py and {unknown} or <1> at a << b.';
  expect(await read(line)).toEqual([`1 paragraph ${JSON.stringify(line.replace('__init__', 'init'))}`]);
});

test('AsciiDoc: how a list within an item is numbered is no text', async () => {
  const lines = await read('. First\n[loweralpha]\n.. Inner\n[start=4]\n. Fourth [see]\n[A] note\n');
  expect(lines.join('\n')).not.toMatch(/loweralpha|start=/);
  expect(lines.join('\n')).toContain('[A] note');
});

test('AsciiDoc: signs within a line are as they are shown', async () => {
  const line =
    '+pass+, #mark#, x^2^, H~2~O, "`so`", kbd:[Ctrl+C], pass:[<u>], $$a_b$$, (C), C# and F#, C++ or D++, #12 and #13, a -- b, ~/x and ~/y';
  expect(await read(line)).toEqual([
    '1 paragraph "pass, mark, x2, H2O, “so”, Ctrl+C, <u>, a_b, ©, C# and F#, C++ or D++, #12 and #13, a — b, ~/x and ~/y"',
  ]);
  expect(await read('a:: b\n[qanda]\nQ?:: A!')).toEqual(['1 item "a: b"', '3 item "Q?: A!"']);
});

test('AsciiDoc: items have their numbers, and stand below the items around them', async () => {
  const lines = [
    '[start=4]',
    '. four',
    '+',
    '----',
    'code',
    '----',
    '. five',
    '* dash',
    '** deeper',
    '. six',
    '',
    'A paragraph ends the list.',
    '',
    '. one',
    'Term::',
    '  meaning',
    '7. seven',
  ];
  expect(await read(lines.join('\n'))).toEqual([
    '2 item "4. four"',
    '5 code "code"',
    '7 item "5. five"',
    '8 item "  - dash"',
    '9 item "    - deeper"',
    '10 item "6. six"',
    '12 paragraph "A paragraph ends the list."',
    '14 item "1. one"',
    '15 item "  Term\\n  meaning"',
    '17 item "    7. seven"',
  ]);
});
