// MHTML: a page of HTML that a browser saved with all that it needs.

import { withWindows1252 } from '../../../text/windows1252.js';
import type { Document } from '../../../types/document.js';
import { htmlContent } from '../../blocks/html.js';
import { paragraphs } from '../../blocks/paragraphs.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { cleanTitle } from '../../blocks/titles.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { addText } from './contents.js';
import { readMessage } from './message.js';

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const message = await readMessage(bytes, source);
  const html = withWindows1252(message.html ?? '');
  if (html.trim() === '') {
    const text = withWindows1252(message.text ?? '');
    return one({ source, format: 'mhtml', text, blocks: paragraphs(text) });
  }
  const page = htmlContent(html);
  const name = page.title || cleanTitle(message.subject ?? '');
  const builder = new TextBuilder();
  const isTitled = name === '' || page.blocks.some(({ level }) => level === 1);
  if (!isTitled) builder.heading(name, 1);
  addText(builder, page, 0);
  const document: Document = { source, format: 'mhtml', ...builder.finish() };
  if (name) document.metadata = { title: name };
  return one(document);
}
