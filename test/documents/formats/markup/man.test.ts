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
