// Formats that came later: mails, calendars, Outlook, Word 97, RTF, LaTeX, Org, AsciiDoc, manual pages, XML, packed files and
// settings, nested, repeated or full of a stranger's bytes.
import { gzipSync } from 'node:zlib';
import { foreign } from '../lib/words.js';

/** Name of the way, ending of the file, and its bytes. */
const ways = [
  ['parts', 'eml', (random) => mail(random)],
  ['parts in parts', 'eml', (random) => nestedMail(random.pick([10, 300, 5000]))],
  [
    'headers',
    'eml',
    (random) =>
      `${random.pick(['A: b\n', ' x\n', 'Received: \n\t', 'Subject: =?utf-8?B?', 'To: <a@b>, '])}`.repeat(
        random.size(300_000),
      ),
  ],
  [
    'many mails',
    'mbox',
    (random) => 'From a@b Thu Jan  1 00:00:00 1970\nSubject: x\n\nIslands.\n\n'.repeat(random.size(100_000)),
  ],
  ['attached', 'eml', (random) => attached(random)],
  ['bytes', 'msg', (random) => Buffer.concat([compound, random.bytes(random.size(60_000))])],
  ['bytes', 'doc', (random) => Buffer.concat([compound, random.bytes(random.size(60_000))])],
  ['sectors', 'doc', (random) => sectors(random)],
  ['sectors', 'msg', (random) => sectors(random)],
  [
    'groups',
    'rtf',
    (random) =>
      `{\\rtf1 ${random.pick(['{', '{\\b ', '\\u8364?', '{\\*\\x ', "\\'e4", '\\trowd\\cell\\row ', '{\\field{\\*\\fldinst X}'])}`.repeat(
        random.size(300_000),
      ),
  ],
  [
    'macros',
    'tex',
    (random) =>
      random
        .pick([
          '\\section{',
          '\\begin{itemize}\\item ',
          '$',
          '{',
          '\\newcommand{\\a}{\\a\\a}\\a',
          '\\begin{tabular}{l}&',
          '%',
        ])
        .repeat(random.size(300_000)),
  ],
  [
    'nested',
    'org',
    (random) =>
      random
        .pick(['* ', '#+BEGIN_SRC\n', '| a ', '[[', ':PROPERTIES:\n', '*a* '])
        .repeat(random.size(300_000)),
  ],
  [
    'nested',
    'adoc',
    (random) =>
      random
        .pick(['= ', '====\n', '|===\n|a ', 'include::/etc/passwd[]\n', '{a}', '* ', '[[', 'ifdef::a[]\n'])
        .repeat(random.size(300_000)),
  ],
  ['include', 'adoc', () => 'include::../../victim/bashrc[]\n\n:a: {a}{a}\n{a}\n'],
  [
    'macros',
    'man',
    (random) =>
      `.TH A 1\n${random.pick(['.de X\n.X\n..\n.X\n', '.so /etc/passwd\n', '\\fB', '.TS\n', '.nf\n', '.if n .if n ', '\\*[x]', '.ds x \\*[x]\n']).repeat(random.size(200_000))}`,
  ],
  ['entities', 'xml', () => bomb()],
  ['outside', 'xml', () => '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
  [
    'nested',
    'xml',
    (random) =>
      random
        .pick(['<a>', '<a b="', '<![CDATA[', '<!--', '<?x ', '&#x41;', '<section><title>x</title>'])
        .repeat(random.size(300_000)),
  ],
  [
    'packed',
    'md.gz',
    (random) => gzipSync(Buffer.alloc(random.pick([1e6, 1e8, 6e8]), 'word '), { level: 1 }),
  ],
  ['packed twice', 'gz.gz', () => gzipSync(gzipSync(Buffer.alloc(1e8)))],
  [
    'nested',
    'yaml',
    (random) =>
      random
        .pick(['a:\n ', '- ', '[', '{a: ', '&a [*a, ', '? ', '!!x ', '|\n '])
        .repeat(random.size(200_000)),
  ],
  [
    'aliases',
    'yaml',
    () =>
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((one, at) => `${one}: &${one} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(',')}]`).join('\n')}\n`,
  ],
  [
    'nested',
    'toml',
    (random) =>
      random.pick(['[a.b]\n', 'a = [', 'a = {b = ', '"""', 'a.a.a.a = 1\n']).repeat(random.size(200_000)),
  ],
  ['lines', 'ini', (random) => random.pick(['[a]\n', 'a=b\n', 'a=\\\n', ';\n']).repeat(random.size(300_000))],
  ['times', 'srt', (random) => '1\n00:00:00,000 --> 99:99:99,999\nIslands\n\n'.repeat(random.size(100_000))],
  ['parts', 'mhtml', (random) => mail(random)],
  [
    'shapes',
    'svg',
    (random) =>
      `<svg>${random.pick(['<g>', '<text>x</text>', '<use href="#a"/>', '<path d="M0 0'])}`.repeat(
        random.size(200_000),
      ),
  ],
  ['entries', 'ics', (random) => calendar(random)],
  [
    'entries',
    'vcf',
    (random) =>
      random
        .pick([
          'BEGIN:VCARD\n',
          'BEGIN:VCARD\nFN:A\nEND:VCARD\n',
          'PHOTO;ENCODING=b:AAAA\n ',
          'NOTE;ENCODING=QUOTED-PRINTABLE:=\n',
          'TEL;TYPE=a,b,c:1\n',
        ])
        .repeat(random.size(200_000)),
  ],
  [
    'lines',
    'ass',
    (random) =>
      random
        .pick([
          '[Events]\n',
          'Format: Text\n',
          'Dialogue: 0,0:00:00.00,0:00:01.00,,,0,0,0,,{\\b1}a\\N',
          '{',
          '\\N',
        ])
        .repeat(random.size(200_000)),
  ],
  [
    'times',
    'lrc',
    (random) => random.pick(['[00:00.00]', '[00:00.00]a\n', '[ar:x]\n', '[']).repeat(random.size(300_000)),
  ],
  [
    'nested',
    'ttml',
    (random) =>
      `<tt><body>${random.pick(['<div>', '<p begin="0s">a</p>', '<span>', '<br/>'])}`.repeat(
        random.size(100_000),
      ),
  ],
  [
    'bytes',
    'epub',
    (random) => Buffer.concat([Buffer.from('PK\x03\x04'), random.bytes(random.size(20_000))]),
  ],
  [
    'UTF-16',
    'txt',
    (random) => Buffer.concat([Buffer.from([0xff, 0xfe]), random.bytes(random.size(60_000))]),
  ],
  [
    'one line',
    'log',
    (random) =>
      random
        .pick(['a', 'a ', '\t', '-', '\u0301', '\ud83d\udc68\u200d', '中', '\0'])
        .repeat(random.size(3_000_000)),
  ],
  ['words', 'html', (random) => `<title>${foreign(random)}</title><p>${foreign(random)} islands`],
];

const compound = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
/** What reading one document may take (2 GiB), beside the run itself. */
const memoryBytes = 2.8e9;

export async function play(c) {
  const { random } = c;
  const [way, ending, make] = random.pick(ways);
  c.subject = `readers: ${ending}, ${way}`;
  c.documents();
  c.write(`work/docs/try.${ending}`, make(random));
  const [command, ...args] = random.pick([
    ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none', '--dry-run'],
    ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none', '--json'],
    ['chunks', `docs/try.${ending}`],
  ]);
  const seen = await c.embed([command, ...args], { late: false, verify: false, memoryBytes });
  if (/dear to its owner|root:x:/.test(seen.stdout))
    c.find('leak', 'a document drew in another file', `embed ${command}`);
}

function mail(random) {
  const part = random.pick([
    '--b\nContent-Type: text/html\n\n<p>Islands\n',
    '--b\nContent-Transfer-Encoding: base64\n\n====\n',
    '--b\nContent-Type: text/plain; charset=x\n\nIslands\n',
    `--b\nContent-Disposition: attachment; filename="${foreign(random).replace(/[\r\n"]/g, '')}.md"\n\n# A\n`,
    '--b\n\n',
    '--b--\n',
  ]);
  return `Subject: ${foreign(random)}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n${part.repeat(random.size(100_000))}`;
}

function nestedMail(levels) {
  const starts = Array.from(
    { length: levels },
    (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\n\n--b${at}\n`,
  );
  return `Subject: x\nMIME-Version: 1.0\n${starts.join('')}Content-Type: text/plain\n\nIslands\n`;
}

function attached(random) {
  const inner = gzipSync(Buffer.alloc(random.pick([1e6, 3e8]), 'word ')).toString('base64');
  const lines = inner.replace(/.{76}/g, '$&\n');
  return `Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename="a.txt.gz"\nContent-Transfer-Encoding: base64\n\n${lines}\n--b--\n`;
}

/** A compound file whose tables of sectors lead in circles. */
function sectors(random) {
  const file = Buffer.alloc(512 * random.int(4, 60));
  compound.copy(file);
  file.writeUInt16LE(0x3e, 24);
  file.writeUInt16LE(3, 26);
  file.writeUInt16LE(0xfffe, 28);
  file.writeUInt16LE(random.pick([9, 9, 12, 30]), 30);
  file.writeUInt16LE(6, 32);
  for (const at of [44, 48, 60, 64, 68, 72, 76])
    file.writeUInt32LE(random.pick([0, 1, 2, 0xfffffffe, 2 ** 31, 7]), at);
  file.writeUInt32LE(4096, 56);
  for (let at = 80; at < file.length - 4; at += 4)
    file.writeUInt32LE(random.pick([0, 1, 2, 3, random.int(0, 60), 0xffffffff, 0xfffffffe]), at);
  return file;
}

function calendar(random) {
  const line = random.pick([
    'BEGIN:VEVENT\n',
    'BEGIN:VEVENT\nSUMMARY:Islands\nEND:VEVENT\n',
    'BEGIN:VEVENT\nRRULE:FREQ=SECONDLY;COUNT=999999999\nDTSTART:99999999T999999Z\nEND:VEVENT\n',
    'DESCRIPTION:a\n b\n',
    `SUMMARY:${foreign(random).replace(/\n/g, '')}\n`,
    'X;A="',
    'ATTACH;VALUE=URI:file:///etc/passwd\n',
  ]);
  return `BEGIN:VCALENDAR\n${line.repeat(random.size(200_000))}`;
}

function bomb() {
  const names = [...'abcdefghij'];
  const lines = names.map(
    (one, at) => `<!ENTITY ${one} "${at === 0 ? 'islands ' : `&${names[at - 1]};`.repeat(10)}">`,
  );
  return `<!DOCTYPE x [${lines.join('')}]><x>&j;</x>`;
}
