// src/documents: from paths to documents. walk/ finds files, reader/ reads them, within limits; encodings/ makes text of
// bytes; formats/ and records/ make documents; blocks/ finds the structure of a text.
//
// In here: the bytes of one file, and its source. Out: its documents, or a DocumentError for this file alone. It chooses
// the format by the file's name, or by its content when the name doesn't tell.
import { constants, gunzipSync } from 'node:zlib';
import { DocumentError } from '../errors.js';
import { isBinary } from './binary.js';
import type { Extraction, Extractor, Format } from './formats/format.js';
import { InnerFiles } from './formats/inner.js';
import { allFormats, type FormatName, formatNamed } from './formats/registry.js';

export type { Extraction, Format } from './formats/format.js';
export { allFormats as FORMATS, type FormatName } from './formats/registry.js';

const byName = new Map<string, FormatName>();
for (const format of allFormats as readonly (Format & { name: FormatName })[]) {
  for (const key of [...format.extensions, ...(format.names ?? [])]) {
    if (!byName.has(key)) byName.set(key, format.name);
  }
}

/** Told of a file within a file: its format and its bytes. */
export type OnInner = (format: FormatName | undefined, bytes: number) => () => void;

const extractors = new Map<FormatName, Extractor>();

/**
 * The format of a file by its name, or by its first bytes when the name doesn't tell.
 * @returns undefined for a file that is plain text, or binary (ask `isBinary`)
 */
export function formatFor(name: string, bytes?: Uint8Array): FormatName | undefined {
  const base = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  const dot = base.lastIndexOf('.');
  const named = byName.get(base) ?? (dot > 0 ? byName.get(base.slice(dot)) : undefined);
  // Qt's translations have the ending of TypeScript.
  if (base.endsWith('.ts') && bytes !== undefined && sniff(base, bytes) === 'xml') return 'xml';
  if (named === 'gzip' && bytes !== undefined && packsBinary(base, bytes)) return undefined;
  return named ?? sniff(base, bytes);
}

/** Whether no format reads a file, and it isn't text either. */
export function hasNoReader(name: string, bytes: Uint8Array): boolean {
  return formatFor(name, bytes) === undefined && isBinary(bytes);
}

/**
 * Whether a file may hold records, each of which is a document.
 * @param bytes those of the file; without them, true where the name doesn't tell
 */
export function mayHoldRecords(name: string, bytes?: Uint8Array): boolean {
  const format = formatFor(name, bytes);
  if (format === undefined) return bytes === undefined;
  return (formatNamed(format) as Format).holdsRecords ?? false;
}

/** Packed bytes of which the first ones are unpacked, to see whether they are text. */
const peekedBytes = 4096;

function packsBinary(name: string, bytes: Uint8Array): boolean {
  let start: Buffer;
  try {
    start = gunzipSync(bytes.subarray(0, peekedBytes), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Its reader says what is wrong.
    return false;
  }
  return hasNoReader(name.slice(0, -'.gz'.length), start);
}

/**
 * Reads a file.
 * @param source address of the file with its name; becomes the documents' source
 * @param onInner called before a file within it is read; what it returns is called afterwards
 * @returns one document, without blocks when it is blank; for a file of records one each, and the failures of those
 * that can't be read (their source names the line: `data.jsonl#line-12`)
 * @throws {DocumentError} `malformed`, `encrypted` or `undecodable`
 */
export function extract(
  bytes: Buffer,
  source: string,
  onInner: OnInner = () => () => {},
): Promise<Extraction> {
  const read: typeof extractWith = async (inner, name, within) => {
    const done = onInner(formatFor(name, inner), inner.length);
    try {
      return await extractWith(inner, name, within);
    } finally {
      done();
    }
  };
  return extractWith(
    bytes,
    source,
    new InnerFiles(read, (name, inner) => formatFor(name, inner) !== undefined),
  );
}

async function extractWith(bytes: Buffer, source: string, inner: InnerFiles): Promise<Extraction> {
  const name = formatFor(source, bytes) ?? 'text';
  if (!formatNamed(name).isBinary && isBinary(bytes)) {
    throw new DocumentError('undecodable', `${source} has the name of a text file, but holds binary data.`);
  }
  const extractor = extractors.get(name) ?? (await load(name));
  return extractor({ bytes, source, inner });
}

async function load(name: FormatName): Promise<Extractor> {
  const extractor = await formatNamed(name).load();
  extractors.set(name, extractor);
  return extractor;
}

/** Names of manual pages end in their section, and so do logs and libraries. */
const section = /\.[1-9n][a-z]{0,5}$/;
const manual = /^(?:[.']\\"[^\n]*\n|\s*\n)*[.'](?:TH|Dd)\s/;
const manualOfName = /^(?:[.'](?:\\"|[a-z]{1,3}\s)|[.'](?:TH|Dd)\s)/m;

function sniff(name: string, bytes: Uint8Array | undefined): FormatName | undefined {
  if (!bytes) return undefined;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 512))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  if (start.startsWith('%PDF-')) return 'pdf';
  if (start.startsWith('PK\x03\x04')) return officeKind(bytes, start);
  if (start.startsWith('{\\rtf')) return 'rtf';
  if (manual.test(start) || (section.test(name) && manualOfName.test(start))) return 'man';
  if (start.startsWith('#!')) return 'code';
  if (/^From \S[^\n]{0,200}\d{4}\r?\n[A-Za-z-]{1,60}:/.test(start)) return 'mbox';
  if (/^(?:Return-Path|Received|Delivered-To|Message-ID|MIME-Version):/i.test(start)) return 'eml';
  if (/^\s*<(?:!doctype html|html)[\s>]/i.test(start)) return 'html';
  return /^\s*(?:<\?xml\s|<!DOCTYPE\s+TS\s*>)/.test(start) ? 'xml' : undefined;
}

/** The main parts of office documents. */
const officeParts: [part: string, format: FormatName][] = [
  ['word/document.xml', 'docx'],
  ['ppt/presentation.xml', 'pptx'],
  ['xl/workbook.xml', 'xlsx'],
];
/** What the first file of an OpenDocument file or a book says. */
const mimeTypes: [type: string, format: FormatName][] = [
  ['application/vnd.oasis.opendocument.text', 'odt'],
  ['application/vnd.oasis.opendocument.spreadsheet', 'ods'],
  ['application/vnd.oasis.opendocument.presentation', 'odp'],
  ['application/vnd.oasis.opendocument.graphics', 'odp'],
  ['application/epub+zip', 'epub'],
];
/** Where the list of an archive's files begins stands at its end. */
const zipEnd = Buffer.from('PK\x05\x06', 'latin1');

function officeKind(zip: Uint8Array, start: string): FormatName | undefined {
  const typed = mimeTypes.find(([type]) => start.includes(`mimetype${type}`));
  if (typed) return typed[1];
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.length);
  const end = bytes.lastIndexOf(zipEnd);
  if (end < 0 || end + 20 > bytes.length) return undefined;
  // A document within this one lists its own files further up.
  const list = bytes.subarray(Math.min(bytes.readUInt32LE(end + 16), end), end);
  return officeParts.find(([part]) => list.includes(part))?.[1];
}
