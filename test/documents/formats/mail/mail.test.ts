import { expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { documentOf, fixture, keepsTheRules, outline } from '../../structure.js';

const head = 'From: Ann Bee <ann@example.org>\nTo: b@example.org\nSubject: =?utf-8?Q?Pr=C3=BCfung?=\n';
const part = (type: string, body: string, more = '') => `--B\nContent-Type: ${type}\n${more}\n${body}\n`;
const mixed = (...parts: string[]) =>
  `${head}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n${parts.join('')}--B--\n`;
const attached = (name: string, bytes: Buffer | string, type = 'application/octet-stream') =>
  part(
    `${type}; name="${name}"`,
    Buffer.from(bytes).toString('base64'),
    `Content-Disposition: attachment; filename="${name}"\nContent-Transfer-Encoding: base64\n`,
  );
const read = async (mail: string) => outline(await documentOf(mail, 'a.eml'));
const start = [
  '1 heading (1 Prüfung) "Prüfung"',
  '3 paragraph "From: Ann Bee <ann@example.org>; To: b@example.org"',
];

test('EML: the decoded text under its subject, no base64, and who wrote it when', async () => {
  const mail = `Date: Mon, 6 May 2024 10:00:00 +0200\n${mixed(
    part(
      'text/plain; charset=windows-1252',
      'Die Pumpe =96 gr=FC=\nn.',
      'Content-Transfer-Encoding: quoted-printable\n',
    ),
    part(
      'image/png; name="p.png"',
      Buffer.alloc(3000, 'x').toString('base64'),
      'Content-Transfer-Encoding: base64\n',
    ),
  )}`;
  const document = await documentOf(mail, 'a.eml');
  expect(outline(document)).toEqual([
    start[0],
    '3 paragraph "From: Ann Bee <ann@example.org>; To: b@example.org; Date: 2024-05-06T08:00:00.000Z"',
    '5 paragraph "Die Pumpe – grün."',
    '7 paragraph "Attachments: p.png"',
  ]);
  expect(document.metadata).toEqual({
    subject: 'Prüfung',
    from: 'Ann Bee <ann@example.org>',
    to: 'b@example.org',
    date: '2024-05-06T08:00:00.000Z',
  });
});

test('EML: attachments that have a reader are sections, also in forwarded mails', async () => {
  const forwarded = `Subject: Old\n\nOld words.\n`;
  const mail = mixed(
    part('text/plain', 'See below.'),
    attached('bees.docx', fixture('bees.docx')),
    part('message/rfc822', forwarded),
    attached('key.p7s', Buffer.from([0, 1, 2])),
    attached('locked.pdf', fixture('locked.pdf')),
  );
  const lines = await read(mail);
  expect(lines.slice(0, 3)).toEqual([...start, '5 paragraph "See below."']);
  const text = lines.join('\n');
  expect(text).toContain('heading (2 bees.docx) "bees.docx"');
  expect(text).toMatch(/heading \(3 Keeping bees\)/);
  expect(text).toContain('heading (2 Old) "Old"');
  expect(text).toContain('paragraph "Old words."');
  expect(lines.at(-1)).toMatch(/paragraph "Attachments: key.p7s, locked.pdf"$/);
});

test('EML: HTML is read where the text is missing or only says that there is HTML', async () => {
  const html =
    '<html><head><title>Mailer</title><style>p{}</style></head><body><h1>News</h1><p>All of the words of this mail are in its HTML part, and they are many more.</p></body></html>';
  const expected = [
    ...start,
    '5 heading (2 News) "News"',
    '7 paragraph "All of the words of this mail are in its HTML part, and they are many more."',
  ];
  expect(await read(`${head}Content-Type: text/html\n\n${html}`)).toEqual(expected);
  const stub = part('text/plain', 'Use HTML.') + part('text/html', html);
  const alternative = `${head}Content-Type: multipart/alternative; boundary="B"\n\n${stub}--B--\n`;
  expect(await read(alternative)).toEqual(expected);
  expect(await read(alternative.replace('Use HTML.', 'Words. '.repeat(50)))).not.toEqual(expected);
});

test('EML: mails in mails without end, and parts without end, end', async () => {
  const nested = mixed(part('text/plain', 'Deep.'), 'x').repeat(1);
  let mail = nested;
  for (let i = 0; i < 20; i++)
    mail = mixed(part('text/plain', `Level ${i}.`), attached(`m${i}.eml`, mail, 'message/rfc822'));
  const text = (await read(mail)).join('\n');
  expect(text).toContain('Level 19.');
  expect(text).toContain('Level 16.');
  expect(text).not.toContain('Level 3.');
  let parts = '';
  for (let i = 0; i < 5000; i++) parts += `--B${i}\nContent-Type: multipart/mixed; boundary=B${i + 1}\n\n`;
  const deep = `Content-Type: multipart/mixed; boundary=B0\n\n${parts}`;
  await expect(extract(Buffer.from(deep), 'a.eml')).rejects.toMatchObject({ failure: 'malformed' });
});

test('MBOX: a document for each mail, named by its id, with its line', async () => {
  const one = `From ann@example.org Mon May  6 10:00:00 2024\nMessage-ID: <1@example.org>\nSubject: One\n\nFirst.\n>From here on.\n\n`;
  const two = `From bob@example.org Mon May  6 11:00:00 2024\r\nSubject: Two\r\n\r\nSecond.\r\nFrom now on.\r\n`;
  const { documents, failures } = await extract(Buffer.from(`${one}${one}${two}`), 'box.mbox');
  documents.forEach(keepsTheRules);
  expect(failures).toEqual([]);
  expect(documents.map((document) => [document.source, ...outline(document)])).toEqual([
    ['box.mbox#1@example.org', '1 heading (1 One) "One"', '1 paragraph "First.\\nFrom here on."'],
    ['box.mbox#2', '8 heading (1 One) "One"', '8 paragraph "First.\\nFrom here on."'],
    ['box.mbox#3', '15 heading (1 Two) "Two"', '15 paragraph "Second.\\nFrom now on."'],
  ]);
});

test('MHTML: the page that was saved', async () => {
  const page =
    'From: <Saved>\nSubject: Harbour\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<html><body><p>Gr=C3=B6=C3=9Fe of the har=\nbour</p></body></html>\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n';
  const document = await documentOf(page, 'a.mhtml');
  expect(outline(document)).toEqual([
    '1 heading (1 Harbour) "Harbour"',
    '3 paragraph "Größe of the harbour"',
  ]);
});

test.each([
  [
    'a part that says GB 2312, with a character that it lacks',
    Buffer.concat([
      Buffer.from('Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset="gb2312"\n\n'),
      Buffer.from([0xcb, 0xae, 0x81, 0x39, 0xee, 0x39]),
    ]),
    'x\n\n水㐀',
  ],
  [
    'a file in the text, as before MIME',
    'Subject: x\n\nBefore.\nbegin 644 a.txt\n#86)C\n`\nend\nAfter.\n',
    'x\n\nBefore.\n\nAfter.\n\nAttachments: a.txt',
  ],
  [
    'parts without a boundary',
    'Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed\n\nWords of the mail.\n',
    'x\n\nWords of the mail.',
  ],
  [
    'a signature, which is no attachment',
    'Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSigned.\n--b\nContent-Type: application/pgp-signature; name="signature.asc"\n\nabc\n--b--\n',
    'x\n\nSigned.',
  ],
])('%s', async (_, mail, text) => {
  expect((await documentOf(mail, 'a.eml')).text.trim()).toBe(text);
});

test.each<[string, Buffer, string, string]>([
  [
    'Western letters',
    Buffer.from('Subject: Größe\n\nDer Wärter prüft die Düse.\n', 'latin1'),
    'Größe',
    'Der Wärter prüft die Düse.',
  ],
  [
    'a header alone, beside a part that names its encoding',
    Buffer.from(
      'Subject: Größe der Düse\nContent-Type: text/plain; charset=iso-8859-15\n\nKostet 5 \xa4.\n',
      'latin1',
    ),
    'Größe der Düse',
    'Kostet 5 €.',
  ],
])('EML: letters as they are in an encoding that is not named: %s', async (_, bytes, subject, words) => {
  expect(outline(await documentOf(bytes, 'a.eml'))).toEqual([
    `1 heading (1 ${subject}) "${subject}"`,
    `3 paragraph "${words}"`,
  ]);
});

test('EML: paragraphs whose lines end softly are whole, also quoted ones, and signs of greater than stay', async () => {
  const flowed = (body: string, parameters = 'format=flowed') =>
    `${head}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8; ${parameters}\n\n${body}`;
  const quoted = '> The pump \n> is on if a > b \n> holds.\n>\n> > It was \n> > off.\nYes, \nit is.\n';
  expect((await documentOf(flowed(quoted), 'a.eml')).text).toContain(
    '> The pump is on if a > b holds.\n>\n> > It was off.\nYes, it is.',
  );
  const spaced = 'Die Pum \npe ist \n an.\n-- \nAnn\n';
  expect((await documentOf(flowed(spaced, 'Format="Flowed"; DelSp=yes'), 'a.eml')).text).toContain(
    'Die Pumpe istan.\n-- \nAnn',
  );
  // What is said of the parameter stays, in the text and in what is attached.
  const said = 'Content-Type: text/plain; format=flowed\n';
  expect((await documentOf(flowed(`We had \nsent\n${said}`), 'a.eml')).text).toContain(
    `We had sent\n${said.trim()}`,
  );
  const forwarded = mixed(part('message/rfc822', flowed(`> one \n> two\n${said}`)));
  expect((await documentOf(forwarded, 'a.eml')).text).toContain(`> one two\n${said.trim()}`);
  expect((await documentOf(flowed('> a \n> b', 'format=fixed'), 'a.eml')).text).toContain('> a \n> b');
});
