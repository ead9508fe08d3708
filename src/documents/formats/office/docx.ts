// DOCX (Word): the text as it stands at the end, when all changes are accepted. Headers and footers are there once, notes
// and comments at the end of their section. Line numbers are those of the extracted text.
import { DocumentError } from '../../../errors.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { OfficePackage } from './package.js';
import { runningTexts } from './word/running.js';
import { Story } from './word/story.js';
import { WordDocument } from './word/word-document.js';
import { descendants } from './xml.js';

/** Bytes of XML; a book of a thousand pages has some 20 MB. */
const maxUnpackedBytes = 64 * 1024 * 1024;

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const office = new OfficePackage(bytes, source, 'a Word document of the kind .docx', maxUnpackedBytes);
  const main = office.main('word/document.xml');
  const root = office.xml(main);
  const body = root && descendants(root, 'w:body').next().value;
  if (!body) throw new DocumentError('malformed', `${source} is not a readable Word document.`);
  const word = new WordDocument(office, source, main);
  const builder = new TextBuilder();
  for (const text of runningTexts(word, body, 'header')) builder.add('paragraph', text);
  new Story(word, main, builder).read(body);
  for (const text of runningTexts(word, body, 'footer')) builder.add('paragraph', text);
  return one({ source, format: 'docx', ...builder.finish() });
}
