// Internet messages (RFC 5322 with MIME) → the parts of a mail.
import { isUtf8 } from 'node:buffer';
import PostalMime, { type Address } from 'postal-mime';
import { DocumentError } from '../../../errors.js';
import { isBinary } from '../../binary.js';
import { decode } from '../../encodings/detect-encoding.js';
import type { Attachment, Mail } from './contents.js';
import { flowedText, withFlow, withHiddenFlow } from './flowed.js';

/** Of mails, so many bytes are looked at for the names of encodings. */
const namesBytes = 64 * 1024;
const signature = /^application\/(?:pgp-signature|(?:x-)?pkcs7-signature)$/;
/** Parts within each other. */
const maxDepth = 50;
/** Attachments by their kinds, where they have no name. */
const endings: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'message/rfc822': '.eml',
    'text/plain': '.txt',
    'text/html': '.html',
    'text/csv': '.csv',
    'text/markdown': '.md',
    'application/pdf': '.pdf',
    'application/rtf': '.rtf',
    'application/msword': '.doc',
    'text/calendar': '.ics',
    'text/vcard': '.vcf',
    'text/x-vcard': '.vcf',
    // Why a mail came back.
    'message/delivery-status': '.txt',
  }),
);

export interface Message extends Mail {
  id: string;
}

/** @throws {DocumentError} `malformed` when its parts nest too deeply, or its headers have no end */
export async function readMessage(bytes: Buffer, source: string): Promise<Message> {
  const known = withHiddenFlow(withWholeGbk(withKnownBytes(bytes)));
  let email: Awaited<ReturnType<typeof PostalMime.parse>>;
  try {
    email = await PostalMime.parse(known, {
      forceRfc822Attachments: true,
      maxNestingDepth: maxDepth,
    });
  } catch (cause) {
    throw new DocumentError('malformed', `${source} is not a readable mail.`, { cause });
  }
  const parts = email.attachments.filter(({ mimeType }) => !signature.test(mimeType));
  const attachments = parts.map(({ filename, mimeType, content, related }): Attachment => {
    const bytes = withFlow(Buffer.from(content as ArrayBuffer));
    const name = filename ?? `attachment${endings.get(mimeType) ?? ''}`;
    return { name, bytes, isNamed: filename !== null, isRelated: related === true || filename === null };
  });
  const onlyBody = email.html === undefined && parts.length === 0 ? wholeBody(bytes) : undefined;
  return {
    id: email.messageId ?? '',
    subject: email.subject,
    from: email.from && nameOf(email.from),
    to: (email.to ?? []).map(nameOf),
    date: email.date,
    text: email.text === undefined ? onlyBody : flowedText(email.text, known),
    html: email.html,
    attachments,
  };
}

/**
 * Old programs write letters as they are, and name no encoding: such a header, and such a mail, become UTF-8. What a part names
 * stays true.
 */
function withKnownBytes(bytes: Buffer): Buffer {
  if (isUtf8(bytes)) return bytes;
  const text = bytes.toString('latin1');
  if (!/charset[ \t]*=(?![ \t]*"?us-ascii)|content-transfer-encoding:[ \t]*binary/i.test(text)) {
    return isBinary(bytes) ? bytes : Buffer.from(decode(bytes));
  }
  const end = /\r?\n\r?\n/.exec(text)?.index ?? bytes.length;
  const header = bytes.subarray(0, end);
  return isUtf8(header) ? bytes : Buffer.concat([Buffer.from(decode(header)), bytes.subarray(end)]);
}

/** The names of older sets, whose texts also hold characters that only GB 18030 has. */
function withWholeGbk(bytes: Buffer): Buffer {
  if (!/gb_?2312|gbk|cp936/i.test(bytes.toString('latin1', 0, namesBytes))) return bytes;
  const named = /(charset[ \t]{0,3}=[ \t]{0,3}"?|=\?)(?:gb_?2312(?:-80)?|gbk|cp936)(?=["?;\s])/gi;
  return Buffer.from(bytes.toString('latin1').replace(named, '$1gb18030'), 'latin1');
}

/** What stands behind the header of a mail that claims to have parts, and has none. */
function wholeBody(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1');
  const start = /\r?\n\r?\n/.exec(text);
  if (!start) return undefined;
  const body = bytes.subarray(start.index + start[0].length);
  return isBinary(body) || body.length === 0 ? undefined : decode(body);
}

function nameOf({ name, address }: Address): string {
  if (address === undefined || address === '') return name;
  return name === '' || name === address ? address : `${name} <${address}>`;
}
