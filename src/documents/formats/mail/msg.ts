// MSG: one mail of Outlook, with its attachments.
import msgreader, { type FieldsData } from '@kenjiuno/msgreader';
import { DocumentError } from '../../../errors.js';
import { isBinary } from '../../binary.js';
import { paragraphs } from '../../blocks/paragraphs.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { type Attachment, type Mail, mailDocument } from './contents.js';

const compoundFile = 'd0cf11e0a1b11ae1';
/** Max mails within each other. */
const maxDepth = 4;
// The package is CommonJS: what a loader takes for its default differs.
const MsgReader = ('default' in msgreader ? msgreader.default : msgreader) as typeof msgreader.default;

export async function extract(input: FormatInput): Promise<Extraction> {
  const { bytes, source } = input;
  if (bytes.toString('hex', 0, 8) !== compoundFile) {
    if (isBinary(bytes)) throw new DocumentError('malformed', `${source} is not a mail of Outlook.`);
    const text = decode(bytes);
    return one({ source, format: 'text', text, blocks: paragraphs(text) });
  }
  return one(await mailDocument(readMail(bytes, source), 'msg', input));
}

function readMail(bytes: Buffer, source: string): Mail {
  try {
    const start = bytes.byteOffset;
    const reader = new MsgReader(bytes.buffer.slice(start, start + bytes.length) as ArrayBuffer);
    const fields = reader.getFileData();
    if (fields.error) throw new Error(fields.error);
    return mailOf(fields, reader, 0);
  } catch (cause) {
    throw new DocumentError('malformed', `${source} is not a readable mail of Outlook.`, { cause });
  }
}

function mailOf(fields: FieldsData, reader: InstanceType<typeof MsgReader>, depth: number): Mail {
  const attachments: Attachment[] = [];
  const inner: FieldsData[] = [];
  for (const one of fields.attachments ?? []) {
    if (one.innerMsgContent && one.innerMsgContentFields) {
      inner.push(one.innerMsgContentFields);
      continue;
    }
    const name = one.fileName ?? one.fileNameShort ?? one.name ?? '';
    if (name === '') continue;
    const { content } = reader.getAttachment(one);
    attachments.push({
      name,
      bytes: Buffer.from(content),
      isNamed: true,
      isRelated: one.attachmentHidden === true,
    });
  }
  const html = fields.html ? decode(Buffer.from(fields.html)) : fields.bodyHtml;
  let text = fields.body;
  if (depth < maxDepth) {
    for (const one of inner) {
      const mail = mailOf(one, reader, depth + 1);
      text = [text, `Subject: ${mail.subject ?? ''}`, mail.text].filter(Boolean).join('\n\n');
      attachments.push(...mail.attachments);
    }
  }
  return {
    subject: fields.subject,
    from: named(fields.senderName, fields.senderSmtpAddress ?? fields.senderEmail),
    to: (fields.recipients ?? []).map((one) => named(one.name, one.smtpAddress ?? one.email) ?? ''),
    date: isoDate(fields.clientSubmitTime ?? fields.messageDeliveryTime),
    text,
    html,
    attachments,
  };
}

function named(name: string | undefined, address: string | undefined): string | undefined {
  // An address of Exchange says nothing to a reader.
  const mail = address?.includes('@') ? address : undefined;
  if (!name || name === mail) return mail ?? name;
  return mail === undefined ? name : `${name} <${mail}>`;
}

function isoDate(written: string | undefined): string | undefined {
  const time = Date.parse(written ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
