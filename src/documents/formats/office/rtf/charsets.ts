// The encodings of bytes in RTF: by the code page of the document, and of each font.
import { withWindows1252 } from '../../../../text/windows1252.js';

/** Code pages by the numbers with which fonts name them. */
const pages: Readonly<Record<number, number>> = {
  77: 10000,
  128: 932,
  129: 949,
  130: 1361,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
};
const labels: Readonly<Record<number, string>> = {
  437: 'windows-1252',
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  1361: 'euc-kr',
  10000: 'macintosh',
  10007: 'x-mac-cyrillic',
  20866: 'koi8-r',
  54936: 'gb18030',
  65001: 'utf-8',
};
const decoders = new Map<number, (bytes: Buffer) => string>();
/** Code pages in which a character may have two bytes. */
const wide = new Set([932, 936, 949, 950, 1361, 54936, 65001]);
/** The code page of a font's charset number; undefined for the document's own. */
export function pageOf(charset: number): number | undefined {
  return pages[charset];
}

export function isWide(page: number): boolean {
  return wide.has(page);
}

export function decodePage(bytes: Buffer, page: number): string {
  let decoder = decoders.get(page);
  if (decoder === undefined) {
    decoder = decoderOf(page);
    decoders.set(page, decoder);
  }
  return decoder(bytes);
}

function decoderOf(page: number): (bytes: Buffer) => string {
  const label = labels[page] ?? `windows-${page}`;
  try {
    if (label !== 'windows-1252') {
      const decoder = new TextDecoder(label);
      return (bytes) => decoder.decode(bytes);
    }
  } catch {
    // An unknown number.
  }
  return latin;
}

function latin(bytes: Buffer): string {
  return withWindows1252(bytes.toString('latin1'));
}
