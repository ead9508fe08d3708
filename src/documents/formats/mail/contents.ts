// The text of a mail, of whatever kind its file is: a section under the subject, a line on who wrote it when, the message,
// and the attachments that can be read, each a section of its own.

import { withWindows1252 } from '../../../text/windows1252.js';
import type { Block, Document } from '../../../types/document.js';
import { htmlContent } from '../../blocks/html.js';
import { paragraphs } from '../../blocks/paragraphs.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { cleanTitle } from '../../blocks/titles.js';
import type { FormatInput } from '../format.js';

export interface Mail {
  subject?: string | undefined;
  from?: string | undefined;
  to?: string[];
  date?: string | undefined;
  text?: string | undefined;
  html?: string | undefined;
  attachments: Attachment[];
}

export interface Attachment {
  name: string;
  bytes: Buffer;
  /** The mail names it. */
  isNamed: boolean;
  /** Part of the message, as a picture in it. */
  isRelated?: boolean;
}

/** Names of those to whom it went; of many, the first ones. */
const maxNames = 5;
const maxNameLength = 200;
/** A text that is so short, beside an HTML part of many times its length, only says that there is one. */
const stubLength = 300;
const stubTimes = 4;
const uuencoded = /^begin [0-7]{3,4} (\S.{0,200})\r?\n(?:[!-`]{1,62}\r?\n)+?end\r?$/gm;
/** The mail as a document. */
export async function mailDocument(mail: Mail, format: string, input: FormatInput): Promise<Document> {
  const builder = new TextBuilder();
  const subject = clean(mail.subject);
  if (subject !== '') builder.heading(subject, 1, { title: cleanTitle(subject) });
  builder.add('paragraph', headLine(mail));
  const unread: string[] = [];
  addText(builder, body({ ...mail, text: withoutUuencoded(mail.text ?? '', unread) }), 1);
  for (const attachment of mail.attachments) {
    const isRead = await addAttachment(builder, attachment, input);
    if (!isRead && !attachment.isRelated) unread.push(attachment.name);
  }
  if (unread.length > 0) builder.add('paragraph', `Attachments: ${unread.slice(0, 100).join(', ')}`);
  const metadata: Record<string, string> = {};
  if (subject !== '') metadata.subject = cleanTitle(subject);
  for (const key of ['from', 'date'] as const) if (clean(mail[key]) !== '') metadata[key] = clean(mail[key]);
  if (mail.to && mail.to.length > 0) metadata.to = names(mail.to);
  const document: Document = { source: input.source, format, ...builder.finish() };
  if (Object.keys(metadata).length > 0) document.metadata = metadata;
  return document;
}

/** Adds text with blocks; its sections are below `levels` others. */
export function addText(
  builder: TextBuilder,
  { text, blocks }: { text: string; blocks: readonly Block[] },
  levels: number,
): void {
  for (const { kind, start, end, level, title, context } of blocks) {
    const section = level === undefined ? {} : { level: level + levels, title: title! };
    builder.add(kind, text.slice(start, end), { ...section, ...(context === undefined ? {} : { context }) });
  }
}

function headLine({ from, to = [], date }: Mail): string {
  const parts = [
    ['From', clean(from)],
    ['To', names(to)],
    ['Date', clean(date)],
  ];
  return parts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ');
}

function names(all: readonly string[]): string {
  const first = all.slice(0, maxNames).map(clean);
  return all.length > maxNames ? `${first.join(', ')} and ${all.length - maxNames} more` : first.join(', ');
}

function body({ text = '', html = '' }: Mail): { text: string; blocks: Block[] } {
  const plain = withWindows1252(text);
  const length = plain.trim().length;
  if (html.trim() !== '' && (length === 0 || length < stubLength)) {
    const { title: _, ...page } = withoutTitle(htmlContent(withWindows1252(html)));
    if (page.text.length > length * stubTimes) return page;
  }
  return { text: plain, blocks: paragraphs(plain) };
}

/** Files in the text, as mails had them before MIME. @param names gets those of the files */
function withoutUuencoded(text: string, names: string[]): string {
  if (!/^begin [0-7]{3}/m.test(text)) return text;
  return text.replace(uuencoded, (_, name: string) => {
    names.push(name.trim());
    return '';
  });
}

/** The subject is the title of a mail; that of its HTML is often the name of a program. */
function withoutTitle(page: ReturnType<typeof htmlContent>): ReturnType<typeof htmlContent> {
  const [first, ...rest] = page.blocks;
  if (page.title === '' || first?.kind !== 'heading' || first.title !== page.title) return page;
  return { ...page, blocks: rest };
}

async function addAttachment(
  builder: TextBuilder,
  attachment: Attachment,
  input: FormatInput,
): Promise<boolean> {
  const read = await input.inner?.read(attachment.bytes, attachment.name);
  if (!read || read.every(({ blocks }) => blocks.length === 0)) return false;
  const name = attachment.isNamed ? clean(attachment.name) : '';
  if (name !== '') builder.heading(name, 2, { title: cleanTitle(name) });
  for (const document of read) addText(builder, document, name === '' ? 1 : 2);
  return true;
}

function clean(value: string | undefined): string {
  return cleanTitle(withWindows1252(value ?? '').slice(0, maxNameLength * 4)).slice(0, maxNameLength);
}
