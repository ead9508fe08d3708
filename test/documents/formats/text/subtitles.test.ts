import { expect, test } from 'vitest';
import { documentOf, outline } from '../../structure.js';

test('SRT: what is said, without numbers and times', async () => {
  const file =
    '1\n00:00:01,000 --> 00:00:04,000\n<i>Welcome</i> to\nthe harbour.\n\n2\n00:00:05,000 --> 00:00:07,000\n{\\an8}The lamp burns 2\n\n3\n00:01:05,000 --> 00:01:07,000\n- Who is it?\n- 1984\n\n';
  expect(outline(await documentOf(file.replaceAll('\n', '\r\n'), 'a.srt'))).toEqual([
    '3 paragraph "Welcome to the harbour. The lamp burns 2"',
    '12 paragraph "- Who is it?\\n- 1984"',
  ]);
});

test('VTT: notes and styles go, speakers stay, lines that roll up count once', async () => {
  const file =
    'WEBVTT - Harbour\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE not said\nat all\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v Ann>Fish &amp; <c.loud>chips</c>\n\n00:02.000 --> 00:03.000\n<v Ann>Fish &amp; chips\nat noon.\n';
  expect(outline(await documentOf(file, 'a.vtt'))).toEqual(['12 paragraph "Ann: Fish & chips at noon."']);
});

test.each([
  [
    'a.ass',
    '[Script Info]\nTitle: T\n[V4+ Styles]\nFormat: Name, Fontname\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}Pumps{\\i0} start\\Nnow, please\n',
  ],
  ['a.sbv', '0:00:01.000,0:00:02.000\nPumps start\n\n0:00:02.500,0:00:03.000\nnow, please\n'],
  ['a.lrc', '[ti:Song]\n[00:01.00]Pumps <00:01.50>start\n[00:02.00][00:09.00]now, please\n'],
  [
    'a.ttml',
    '<tt xmlns="http://www.w3.org/ns/ttml"><head><styling/></head><body><div><tt:p begin="1s" end="2s">Pumps<br/>start</tt:p>\n<p begin="00:00:02.5">now, <span>please</span></p></div></body></tt>',
  ],
])('%s: what is said, without times and styles', async (name, content) => {
  expect((await documentOf(content, name)).text).toBe('Pumps start now, please');
});
