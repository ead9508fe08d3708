// Calendars and contacts, alone and as a part of a mail.
import { expect, test } from 'vitest';
import { documentOf, outline } from '../../structure.js';

const event = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VTIMEZONE',
  'TZID:Europe/Berlin',
  'BEGIN:STANDARD',
  'DTSTART:19701025T030000',
  'END:STANDARD',
  'END:VTIMEZONE',
  'BEGIN:VEVENT',
  'SUMMARY:Weigh the',
  '  hives',
  'DTSTART;TZID=Europe/Berlin:20240131T100000',
  'DTEND:20240131T110000Z',
  'LOCATION:Hall 1\\, left',
  'ORGANIZER;CN="Ann B.":mailto:ann@hive.example',
  'DESCRIPTION:Bring the scales.\\nAnd gloves\\; please.',
  'BEGIN:VALARM',
  'DESCRIPTION:Reminder',
  'END:VALARM',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');
const lines = [
  'Weigh the hives',
  'From: 2024-01-31 10:00',
  'To: 2024-01-31 11:00 UTC',
  'Location: Hall 1, left',
  'Organizer: Ann B. <ann@hive.example>',
  'Bring the scales.',
  'And gloves; please.',
];

test('an event is a section under its summary', async () => {
  const document = await documentOf(event, 'a.ics');
  expect(document.text.split(/\n+/)).toEqual(lines);
  expect(outline(document)[0]).toBe('10 heading (1 Weigh the hives) "Weigh the hives"');
});

test('an invitation in a mail, beside words and alone', async () => {
  const head = 'From: ann@hive.example\nSubject: Invitation\nMIME-Version: 1.0\n';
  const part = `Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\n${event}`;
  const alone = await documentOf(`${head}${part}`, 'a.eml');
  expect(alone.text.split(/\n+/).slice(2)).toEqual(lines);
  const both = `${head}Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nPlease come.\n--b\n${part}\n--b--\n`;
  const { text } = await documentOf(both, 'a.eml');
  expect(text.split(/\n+/).slice(2)).toEqual(['Please come.', ...lines]);
});

test('a person, also with the quoted-printable of vCard 2.1, without the picture', async () => {
  const card = [
    'BEGIN:VCARD',
    'VERSION:2.1',
    'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=',
    '=C3=BCrgen',
    'item1.TEL;TYPE=cell:+49 1',
    'ORG:Hives;Honey',
    `PHOTO;ENCODING=b;TYPE=JPEG:${'QUJD'.repeat(50)}`,
    'NOTE:Keeps bees.',
    'END:VCARD',
  ].join('\n');
  expect((await documentOf(card, 'a.vcf')).text.split(/\n+/)).toEqual([
    'Müller Jürgen',
    'Telephone: +49 1',
    'Organization: Hives, Honey',
    'Keeps bees.',
  ]);
});

test('any calendar takes a time in proportion to its size', async () => {
  for (const piece of [
    'BEGIN:VEVENT\n',
    'END:VEVENT\n',
    'SUMMARY:a\n',
    ' a\n',
    'A;B=";',
    'BEGIN:VALARM\n',
    ':',
    'N;QUOTED-PRINTABLE:a=\n',
  ])
    await documentOf(`BEGIN:VCALENDAR\n${piece.repeat(40_000)}`, 'a.ics');
});
