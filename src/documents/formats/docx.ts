// DOCX (Word): converted to HTML, then read like a page. Lines are those of the extracted text.
import mammoth from 'mammoth';
import { DocumentError } from '../../errors.js';
import { htmlContent } from '../blocks/html.js';
import { LineCursor } from '../blocks/lines.js';
import { type Extraction, type FormatInput, one } from '../format.js';

const ZIP = 'PK';
/** Start of the older container, in which Word also keeps encrypted documents. */
const COMPOUND_FILE = 'd0cf11e0';

const options = {
  styleMap: ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"],
  // Images would be written out as base64 for nothing.
  convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
};

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  if (bytes.toString('latin1', 0, 2) !== ZIP) throw notWord(bytes, source);
  let html: string;
  try {
    html = (await mammoth.convertToHtml({ buffer: bytes }, options)).value;
  } catch (cause) {
    throw new DocumentError('malformed', `${source} is not a readable Word document.`, { cause });
  }
  const { text, blocks } = htmlContent(html);
  const cursor = new LineCursor(text);
  const lined = blocks.map((block) => ({ ...block, line: cursor.at(block.start) }));
  return one({ source, format: 'docx', text, blocks: lined });
}

function notWord(bytes: Buffer, source: string): DocumentError {
  const isEncrypted =
    bytes.toString('hex', 0, 4) === COMPOUND_FILE &&
    bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'));
  return isEncrypted
    ? new DocumentError(
        'encrypted',
        `${source} is protected with a password; save it without one to have it read.`,
      )
    : new DocumentError('malformed', `${source} is not a Word document of the kind .docx.`);
}
