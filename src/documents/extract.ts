// A file → its documents: picks the format by the file's name, or by its content where the name says nothing.
import { DocumentError } from '../errors.js';
import { isBinary } from './decode.js';
import type { Extraction, Extractor, Format } from './formats/format.js';
import { FORMATS, type FormatName } from './formats/registry.js';

export type { Extraction, Format } from './formats/format.js';
export { FORMATS, type FormatName } from './formats/registry.js';

/** Formats whose files are not text. */
const BINARY = new Set<FormatName>(['pdf', 'docx']);

const byName = new Map<string, FormatName>();
for (const format of FORMATS as readonly (Format & { name: FormatName })[]) {
  for (const key of [...format.extensions, ...(format.names ?? [])]) {
    if (!byName.has(key)) byName.set(key, format.name);
  }
}

const extractors = new Map<FormatName, Extractor>();

/**
 * The format of a file, by its name alone; or, where the name says nothing, by its first bytes.
 * @returns undefined for a file that is plain text, or binary (ask `isBinary`)
 */
export function formatFor(name: string, bytes?: Uint8Array): FormatName | undefined {
  const base = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  const dot = base.lastIndexOf('.');
  return byName.get(base) ?? (dot > 0 ? byName.get(base.slice(dot)) : undefined) ?? sniff(bytes);
}

/**
 * Reads a file.
 * @param source address of the file, and its name; goes into the documents
 * @returns one document, with no blocks when it is blank; of a file of records one each, and the failures
 * of those that can't be read (their source names the line: `data.jsonl#line-12`)
 * @throws {DocumentError} `malformed`, `encrypted` or `undecodable`
 */
export async function extract(bytes: Buffer, source: string): Promise<Extraction> {
  const name = formatFor(source, bytes) ?? 'text';
  if (!BINARY.has(name) && isBinary(bytes)) {
    throw new DocumentError('undecodable', `${source} is named like text but holds binary data.`);
  }
  const extractor = extractors.get(name) ?? (await load(name));
  return extractor({ bytes, source });
}

async function load(name: FormatName): Promise<Extractor> {
  const extractor: Extractor = await FORMATS.find((format) => format.name === name)!.load();
  extractors.set(name, extractor);
  return extractor;
}

function sniff(bytes: Uint8Array | undefined): FormatName | undefined {
  if (!bytes) return undefined;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 512)).toString('latin1');
  if (start.startsWith('%PDF-')) return 'pdf';
  if (start.startsWith('PK\x03\x04')) return isWord(bytes) ? 'docx' : undefined;
  if (start.startsWith('#!')) return 'code';
  return /^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)[\s>]/i.test(start) ? 'html' : undefined;
}

/** A ZIP archive names its files again at its end. */
function isWord(zip: Uint8Array): boolean {
  return Buffer.from(zip.buffer, zip.byteOffset, zip.length).includes('word/document.xml');
}
