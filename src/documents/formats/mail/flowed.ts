// Paragraphs of mails whose lines end softly (RFC 3676, `format=flowed`), also those that quote: a line goes on in the next one
// when it ends in a space. The library for mail joins quoted lines with their signs, `> a ` and `> b` to `> a > b`, so the
// parameter is hidden from it.

const shown =
  /^(content-type:(?:[^\r\n]|\r?\n[ \t]){0,500}?;\s{0,9}format\s{0,3}=\s{0,3}"?)flowed(?=["\s;])/gim;
/** As long as the word it stands for. No mail has it in its text. */
const hidden = 'fl\x01wed';
const hiddenBytes = Buffer.from(hidden);
const deletesSpace = /^content-type:(?:[^\r\n]|\r?\n[ \t]){0,500}?;\s{0,9}delsp\s{0,3}=\s{0,3}"?yes/im;
/** Signs of quotes, with or without spaces between them. */
const quote = /^(?:> ?)*>/;
const signature = '-- ';

/** The mail as the library for mail should see it. */
export function withHiddenFlow(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  if (!/flowed/i.test(text)) return bytes;
  return Buffer.from(text.replace(shown, `$1${hidden}`), 'latin1');
}

/** What was hidden in a part of the mail, as it was. */
export function withFlow(bytes: Buffer): Buffer {
  if (!bytes.includes(hiddenBytes)) return bytes;
  return Buffer.from(bytes.toString('latin1').replaceAll(hidden, 'flowed'), 'latin1');
}

/** The text of the mail with whole paragraphs, if it is one whose lines end softly. @param bytes of `withHiddenFlow` */
export function flowedText(text: string, bytes: Buffer): string {
  if (!bytes.includes(hiddenBytes)) return text;
  const mail = bytes.toString('latin1');
  return joined(text.replaceAll(hidden, 'flowed'), deletesSpace.test(mail));
}

function joined(text: string, dropsSpace: boolean): string {
  const parts: string[] = [];
  let depth = 0;
  let isOpen = false;
  for (const line of text.split(/\r?\n/)) {
    const signs = quote.exec(line)?.[0] ?? '';
    const lineDepth = signs.replaceAll(' ', '').length;
    const stuffed = line.slice(signs.length);
    const words = stuffed.startsWith(' ') ? stuffed.slice(1) : stuffed;
    if (!isOpen || lineDepth !== depth || words === signature) {
      if (parts.length > 0) parts.push('\n');
      if (lineDepth > 0) parts.push(words === '' ? signs : `${signs} `);
    }
    depth = lineDepth;
    isOpen = words.endsWith(' ') && words !== signature;
    parts.push(isOpen && dropsSpace ? words.slice(0, -1) : words);
  }
  return parts.join('');
}
