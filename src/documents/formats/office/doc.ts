// DOC (Word 97 to 2003): the text with notes, comments and text boxes; headers and footers once. Its headings are paragraphs:
// the reader that is used doesn't know styles. Many files of this name are RTF, HTML or text, and are read as that.
import { DocumentError } from '../../../errors.js';
import { isBinary } from '../../binary.js';
import { paragraphs } from '../../blocks/paragraphs.js';
import { tableText } from '../../blocks/table-text.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { encrypted } from './package.js';
import { Extractor } from './word-extractor.js';

const compoundFile = 'd0cf11e0a1b11ae1';
/** Parts of the container begin at multiples of it. */
const sectorBytes = 512;
const wordMagic = 0xa5ec;
const encryptedFlag = 0x0100;
/** Characters that control fields, notes and pictures. */
const controls = /(?![\t\n\v\f\r])[\p{Cc}]/gu;

export async function extract(input: FormatInput): Promise<Extraction> {
  const { bytes, source } = input;
  if (bytes.toString('hex', 0, 8) !== compoundFile) return ofAnotherKind(input);
  if (isEncrypted(bytes)) throw encrypted(source);
  const document = await new Extractor().extract(bytes).catch((cause: Error) => {
    throw new DocumentError('malformed', `${source} is not a readable Word document.`, { cause });
  });
  const builder = new TextBuilder();
  // Without it, quotes become those of ASCII. The types of the package lack it.
  const options = { filterUnicode: false } as object;
  const read = document as unknown as Record<
    | 'getBody'
    | 'getHeaders'
    | 'getFooters'
    | 'getTextboxes'
    | 'getFootnotes'
    | 'getEndnotes'
    | 'getAnnotations',
    (options: object) => string
  >;
  addText(builder, read.getHeaders({ ...options, includeFooters: false }), true);
  addText(builder, read.getBody(options));
  addText(builder, read.getTextboxes(options));
  addText(builder, read.getFootnotes(options));
  addText(builder, read.getEndnotes(options));
  addText(builder, read.getAnnotations(options), false, 'Comment: ');
  addText(builder, read.getFooters(options), true);
  return one({ source, format: 'doc', ...builder.finish() });
}

/** The start of the document's main part says so. */
function isEncrypted(bytes: Buffer): boolean {
  for (let at = sectorBytes; at + 12 <= bytes.length; at += sectorBytes) {
    if (bytes.readUInt16LE(at) === wordMagic) return (bytes.readUInt16LE(at + 10) & encryptedFlag) !== 0;
  }
  return false;
}

/** Adds paragraphs; lines with tabs that follow each other are rows of a table. */
function addText(builder: TextBuilder, text: string, isRepeated = false, label = ''): void {
  let rows: string[][] = [];
  const endTable = () => {
    if (rows.length > 1) {
      const { text: table, ...context } = tableText(rows);
      builder.add('table', table, context);
    } else for (const row of rows) builder.add('paragraph', row.join('\t'));
    rows = [];
  };
  const seen = new Set<string>();
  for (const raw of text.split('\n')) {
    const line = raw.replace(controls, '');
    const words = line.trim();
    if (words === '' || (isRepeated && seen.has(words))) continue;
    seen.add(words);
    if (line.trimStart().includes('\t') || (rows.length > 0 && line.endsWith('\t'))) {
      rows.push(
        line
          .replace(/\t$/, '')
          .split('\t')
          .map((cell) => cell.trim()),
      );
      continue;
    }
    endTable();
    const item = /^[•·–-]\s+(.*)$/.exec(words);
    builder.add(item ? 'item' : 'paragraph', item ? `- ${item[1]}` : label + words);
  }
  endTable();
}

async function ofAnotherKind({ bytes, source, inner }: FormatInput): Promise<Extraction> {
  const documents = await inner?.read(bytes, 'document');
  if (documents) return { documents: documents.map((document) => ({ ...document, source })), failures: [] };
  if (isBinary(bytes)) throw new DocumentError('malformed', `${source} is not a Word document.`);
  const text = decode(bytes);
  return one({ source, format: 'text', text, blocks: paragraphs(text) });
}
