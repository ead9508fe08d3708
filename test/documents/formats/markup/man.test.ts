import { expect, test } from 'vitest';
import { documentOf, outline } from '../../structure.js';

const read = async (lines: string[]) => outline(await documentOf(lines.join('\n'), 'pump.man'));

test('man: words without control words, sections under the name of the page', async () => {
  const page = [
    '.\\" comment',
    '.TH PUMP 8 "2020" "" "Manual"',
    '.SH NAME',
    'pump \\- moves water',
    '.SH OPTIONS',
    '.TP',
    '.BI \\-volset " ID"',
    'Sets the \\fIvolume\\fP.',
    '.TP',
    '\\fB\\-q\\fP, \\fB\\-\\-quiet\\fP',
    'Says nothing',
    '(see \\(lqnoise\\(rq).',
    '.IP',
    'Not even errors.',
    '.IP \\(bu 2',
    'A point.',
    '.SS "Sub section"',
    'First',
    'line.',
    '.PP',
    'Second, by',
    '.BR tar (1),',
    '.UR https://example.org',
    'a site',
    '.UE .',
    '.nf',
    'a = 1',
    '  b\\e = 2',
    '.fi',
  ];
  expect(await read(page)).toEqual([
    '2 heading (1 PUMP(8)) "PUMP(8)"',
    '3 heading (2 NAME) "NAME"',
    '4 paragraph "pump - moves water"',
    '5 heading (2 OPTIONS) "OPTIONS"',
    '7 item "-volset ID\\nSets the volume."',
    '10 item "-q, --quiet\\nSays nothing (see “noise”)."',
    '14 paragraph "Not even errors."',
    '15 item "- A point."',
    '17 heading (3 Sub section) "Sub section"',
    '18 paragraph "First line."',
    '21 paragraph "Second, by tar(1), a site <https://example.org>."',
    '27 code "a = 1\\n  b\\\\ = 2"',
  ]);
});

test('man: definitions and what no terminal shows are left out, strings are filled in', async () => {
  const page = [
    '.de Sp',
    '.if t .sp .5v',
    '..',
    '.ds C` "quoted',
    '.ie n \\{\\',
    '.    ds -- \\(em',
    '.\\}',
    '.el \\{\\',
    'not shown',
    '.\\}',
    '.if t on paper',
    '.if n on a terminal',
    '\\*(C` \\*(-- \\[u00E9]\\(:u \\s-1SMALL\\s0 a\\c',
    'b',
  ];
  expect(await read(page)).toEqual(['12 paragraph "on a terminal quoted — éü SMALL ab"']);
});

test('man: a table keeps its columns', async () => {
  const page = [
    '.TS',
    'tab(|);',
    'l l.',
    'Name|Flow',
    '_',
    'pump|3',
    'valve|T{',
    'none',
    'at all',
    'T}',
    '.TE',
  ];
  const document = await documentOf(page.join('\n'), 'a.man');
  expect(outline(document)).toEqual(['1 table "Name | Flow\\npump | 3\\nvalve | none at all"']);
  expect(document.blocks[0]!.context).toBe('Name | Flow');
});

test('mdoc: options, arguments, pages and lists as they are shown', async () => {
  const page = [
    '.Dd May 6, 2024',
    '.Dt PUMP 8',
    '.Os',
    '.Sh NAME',
    '.Nm pump',
    '.Nd moves water',
    '.Sh SYNOPSIS',
    '.Nm',
    '.Op Fl q | Fl v Ns Ar level',
    '.Op Fl f Ar file ,',
    '.Sh OPTIONS',
    '.Bl -tag -width x',
    '.It Fl v , Fl -verbose Ar level',
    'See',
    '.Xr tar 1 .',
    '.It Ev HOME',
    'The',
    '.Dq home .',
    '.El',
    '.Pp',
    'Call',
    '.Fn open "const char *path" flags .',
    '.Dl pump -v',
  ];
  expect(await read(page)).toEqual([
    '2 heading (1 PUMP(8)) "PUMP(8)"',
    '4 heading (2 NAME) "NAME"',
    '5 paragraph "pump – moves water"',
    '7 heading (2 SYNOPSIS) "SYNOPSIS"',
    '8 paragraph "pump [-q | -vlevel] [-f file],"',
    '11 heading (2 OPTIONS) "OPTIONS"',
    '13 item "-v, --verbose level\\nSee tar(1)."',
    '16 item "HOME\\nThe “home”."',
    '21 paragraph "Call open(const char *path, flags).\\npump -v"',
  ]);
});

test('man: conditions hold as in groff, also those of translated pages', async () => {
  const page = [
    '.TH PUMP 1',
    '.SH NAME',
    ".if  !'po4a'hide' .BR \\-q \", \" \\-\\-quiet",
    ".if '#'#' equal",
    ".if ''#' hidden",
    '.nr X 3 2',
    '.if \\nX>2 three',
    '.if \\n(.g groff',
    '.if !\\n[.g] hidden',
    '.if (\\nX=2):(\\nX=3) or',
    '.if d Sp hidden',
    '.if t hidden',
    '.ie \\nY \\{\\',
    'hidden',
    '.\\}',
    '.el \\{\\',
    'else',
    '.\\}',
    'item \\n[X] and \\n+[X]',
  ];
  expect((await read(page))[2]).toBe('3 paragraph "-q, --quiet equal three groff or else item 3 and 5"');
});

test('man: macros of a page set what they hold, and have an end', async () => {
  const page = [
    '.TH PUMP 1',
    '.de XX',
    'the \\\\$2 of',
    '.B \\\\$1',
    '.ie \\\\n(.$>2 and \\\\$3',
    '.el alone',
    '..',
    '.als YY XX',
    '.am XX',
    'indeed',
    '.  .',
    '.de1 INDENT',
    '.RS \\\\$1',
    '.nr level +1',
    '..',
    '.de LOOP',
    '.LOOPS',
    '..',
    '.de LOOPS',
    '.LOOP',
    '..',
    '.XX water "long pipe"',
    '.YY oil can lid',
    '.INDENT 7.0',
    'inside',
    '.LOOP',
    'after',
    '.Ve',
    'from\\c',
    '.URL https://example.org "the site" .',
  ];
  expect((await read(page)).slice(1)).toEqual([
    '22 paragraph "the long pipe of water alone indeed the can of oil and lid"',
    '25 paragraph "inside after from the site <https://example.org>."',
  ]);
});

test('man: text after code is filled again, and signs are those of groff', async () => {
  const page = [
    '.TH P 1',
    '.SH A',
    '.nf',
    'code',
    '.fi',
    'one',
    'two \\(/l\\(mc\\[pc]\\(Tp\\(*A\\(ff\\(AN\\(co',
  ];
  expect((await read(page)).slice(2)).toEqual(['4 code "code"', '6 paragraph "one two łµ·þΑff∧©"']);
});

test('man: a page is known by its content behind a byte order mark and other requests, too', async () => {
  for (const start of [
    '\ufeff.TH P 1',
    '.lf 1 stdin\n.TH P 1',
    '\n.\\" c\n.TH P 1',
    '\'\\" t\n.ds x y\n.TH P 1',
  ]) {
    expect((await documentOf(`${start}\n.SH NAME\np \\- q\n`, 'p.1')).format, start).toBe('man');
  }
  expect((await documentOf('Error .TH 1\n.. \n. a\n', 'p.1')).format).toBe('text');
});

test('man: a table takes new layouts and comments', async () => {
  const page = [
    '.TH P 1',
    '.TS',
    'tab(:);',
    'lB lB.',
    'Key:Means',
    '.T&',
    'l l',
    'l l.',
    '.\\" x:y',
    'a:b',
    '.TE',
  ];
  expect((await read(page))[1]).toBe('2 table "Key | Means\\na | b"');
});

test('mdoc: a synopsis has a line for each way to call, and functions take their arguments over lines', async () => {
  const page = [
    '.Dd January 1, 2024',
    '.Dt PUMP 3',
    '.Sh SYNOPSIS',
    '.In pump.h',
    '.Ft int',
    '.Fo pump_open',
    '.Fa "int fd"',
    '.Fa "char *name"',
    '.Fc',
    '.Nm pump',
    '.Fl d',
    '.Nm',
    '.Cm stop',
    '.Sh AUTHORS',
    '.An -nosplit',
    '.Bf -literal',
    'Jane',
    '.Ef',
  ];
  expect((await read(page)).slice(1)).toEqual([
    '3 heading (2 SYNOPSIS) "SYNOPSIS"',
    '4 paragraph "#include <pump.h>\\nint\\npump_open(int fd, char *name)\\npump -d\\npump stop"',
    '14 heading (2 AUTHORS) "AUTHORS"',
    '17 paragraph "Jane"',
  ]);
});
