// DOCX (Word): converted to HTML, then read like a web page. Line numbers are those of the extracted text.
import mammoth from 'mammoth';
import { DocumentError } from '../../../errors.js';
import { htmlContent } from '../../blocks/html.js';
import { LineCursor } from '../../blocks/lines.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { Zip } from './zip.js';

const zipMagic = 'PK';
/** Start of the older container, in which Word also keeps encrypted documents. */
const compoundFile = 'd0cf11e0';

/** Bytes of XML; a book of a thousand pages has some 20 MB. */
const maxUnpackedBytes = 64 * 1024 * 1024;

const options = {
  styleMap: ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"],
  // Without this, images would be written as base64.
  convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
};

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  if (bytes.toString('latin1', 0, 2) !== zipMagic) throw notWord(bytes, source);
  const zip = new Zip(bytes, source, maxUnpackedBytes);
  let html: string;
  try {
    html = (await mammoth.convertToHtml(archive(zip), options)).value;
  } catch (cause) {
    if (cause instanceof DocumentError) throw cause;
    throw new DocumentError('malformed', `${source} is not a readable Word document.`, { cause });
  }
  const { text, blocks } = htmlContent(html);
  const cursor = new LineCursor(text);
  const lined = blocks.map((block) => ({ ...block, line: cursor.at(block.start) }));
  return one({ source, format: 'docx', text, blocks: lined });
}

/** The archive as mammoth reads it. When mammoth opens a file itself, it unpacks without any limit. */
function archive(zip: Zip): { buffer: Buffer } {
  const file = {
    exists: (name: string) => zip.has(name),
    read: async (name: string, encoding?: BufferEncoding) => {
      const content = zip.read(name);
      return encoding ? new TextDecoder(encoding === 'utf8' ? 'utf-8' : encoding).decode(content) : content;
    },
  };
  // Its types don't list this way to pass an archive.
  return { file } as unknown as { buffer: Buffer };
}

function notWord(bytes: Buffer, source: string): DocumentError {
  const isEncrypted =
    bytes.toString('hex', 0, 4) === compoundFile &&
    bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'));
  return isEncrypted
    ? new DocumentError('encrypted', `${source} is protected with a password: save a copy without one.`)
    : new DocumentError('malformed', `${source} is not a Word document of the kind .docx.`);
}
