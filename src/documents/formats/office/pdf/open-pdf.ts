// Opens a PDF with pdf.js, as unpdf packs it: quiet, without the network, with the CMaps of our own package.
// biome-ignore lint/style/noRestrictedImports: a file of our own package
import { readFile } from 'node:fs/promises';
import { getDocumentProxy } from 'unpdf';
import { DocumentError } from '../../../../errors.js';

export type PdfFile = Awaited<ReturnType<typeof getDocumentProxy>>;

/** `npm run build` copies them from pdfjs-dist. The path is the same from `src` and from `dist`. */
const cmaps = new URL('../../../../../dist/cmaps/', import.meta.url);
const cmapName = /^[A-Za-z0-9-]{1,40}$/;

/** Gives pdf.js the tables of the fonts that name one instead of holding it: Chinese, Japanese, Korean. */
class CMapReader {
  async fetch({ name }: { name: string }): Promise<{ cMapData: Uint8Array; isCompressed: boolean }> {
    if (!cmapName.test(name)) throw new Error('not the name of a CMap');
    return { cMapData: new Uint8Array(await readFile(new URL(`${name}.bcmap`, cmaps))), isCompressed: true };
  }
}

/** @throws {DocumentError} `encrypted` or `malformed` */
export async function openPdf(bytes: Buffer, source: string): Promise<PdfFile> {
  try {
    // A copy, since the parser takes the bytes over. Warnings are off, as it would print them.
    return await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      CMapReaderFactory: CMapReader,
      cMapUrl: cmaps.href,
    });
  } catch (cause) {
    throw documentError(cause, source);
  }
}

export function documentError(cause: unknown, source: string): DocumentError {
  const name = cause instanceof Error ? cause.name : '';
  return name === 'PasswordException'
    ? new DocumentError(
        'encrypted',
        `${source} is protected with a password: save a copy without one, with \`qpdf --decrypt\`.`,
        { cause },
      )
    : new DocumentError('malformed', `${source} is not a readable PDF file.`, { cause });
}
