// Internet messages (RFC 5322 with MIME) → the parts of a mail.
import PostalMime, { type Address } from 'postal-mime';
import { DocumentError } from '../../../errors.js';
import type { Attachment, Mail } from './contents.js';

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
  }),
);

export interface Message extends Mail {
  id: string;
}

/** @throws {DocumentError} `malformed` when its parts nest too deeply, or its headers have no end */
export async function readMessage(bytes: Buffer, source: string): Promise<Message> {
  let email: Awaited<ReturnType<typeof PostalMime.parse>>;
  try {
    email = await PostalMime.parse(bytes, { forceRfc822Attachments: true, maxNestingDepth: maxDepth });
  } catch (cause) {
    throw new DocumentError('malformed', `${source} is not a readable mail.`, { cause });
  }
  const attachments = email.attachments.map(({ filename, mimeType, content, related }): Attachment => {
    const bytes = Buffer.from(content as ArrayBuffer);
    const name = filename ?? `attachment${endings.get(mimeType) ?? ''}`;
    return { name, bytes, isNamed: filename !== null, isRelated: related === true || filename === null };
  });
  return {
    id: email.messageId ?? '',
    subject: email.subject,
    from: email.from && nameOf(email.from),
    to: (email.to ?? []).map(nameOf),
    date: email.date,
    text: email.text,
    html: email.html,
    attachments,
  };
}

function nameOf({ name, address }: Address): string {
  if (address === undefined || address === '') return name;
  return name === '' || name === address ? address : `${name} <${address}>`;
}
