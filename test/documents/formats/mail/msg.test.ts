import { expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { documentOf, fixture, outline } from '../../structure.js';

test('MSG: the text under its subject, who wrote it, and attachments that have a reader', async () => {
  const document = await documentOf(fixture('bees.msg'), 'bees.msg');
  expect(outline(document)).toEqual([
    '1 heading (1 Check of the hive) "Check of the hive"',
    '3 paragraph "From: Ann Bee <ann@example.org>; To: Bob <bob@example.org>"',
    '5 paragraph "The queen is marked."',
    '7 paragraph "Bring the smoker – please."',
    '9 heading (2 hives.md) "hives.md"',
    '11 heading (3 Hives) "# Hives"',
    '13 paragraph "Hive 7 is strong."',
    '15 paragraph "Attachments: p.png"',
  ]);
  expect(document.metadata).toMatchObject({ subject: 'Check of the hive', to: 'Bob <bob@example.org>' });
});

test('MSG: text of that name is text; what is no mail ends in a code', async () => {
  expect((await documentOf('::msgcat::mcset en "Open"', 'en.msg')).format).toBe('text');
  const failure = (bytes: Buffer) => expect(extract(bytes, 'a.msg')).rejects;
  await failure(fixture('bees.msg').subarray(0, 700)).toMatchObject({ failure: 'malformed' });
  await failure(Buffer.from([0, 1, 2])).toMatchObject({ failure: 'malformed' });
});
