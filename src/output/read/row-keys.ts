// The keys of rows, as the manifest holds them: rows with the same key have the same context, text and vector.
import type { OutputDocument } from '../format/manifest-reader.js';
import { HashIndex, keyBytes } from './hash-index.js';

/** Three keys, which take whole characters in base64. */
const rowsPerPart = 3;
const partLength = (rowsPerPart * keyBytes * 4) / 3;

/** The key of a row of a document, in hex, as far as the manifest holds it. */
export function keyOfRow({ chunks, firstRow }: OutputDocument, row: number): string {
  const at = row - firstRow;
  const from = Math.floor(at / rowsPerPart) * partLength;
  const place = (at % rowsPerPart) * keyBytes;
  return Buffer.from(chunks.slice(from, from + partLength), 'base64url').toString(
    'hex',
    place,
    place + keyBytes,
  );
}

/** For each of some keys, the sources of all documents that have rows with it, in their order. */
export function sourcesWith(documents: readonly OutputDocument[], keys: readonly string[]): string[][] {
  // Several questions may have found the same text.
  const each = [...new Set(keys)];
  const wanted = new HashIndex(each.length);
  for (const key of each) wanted.add(Buffer.from(key, 'hex'));
  const sources: string[][] = each.map(() => []);
  for (const { chunks, source } of documents) {
    const all = Buffer.from(chunks, 'base64url');
    for (let at = 0; at + keyBytes <= all.length; at += keyBytes) {
      const found = wanted.findAt(all, at);
      if (found !== undefined && sources[found]!.at(-1) !== source) sources[found]!.push(source);
    }
  }
  const byKey = new Map(each.map((key, place) => [key, sources[place]!]));
  return keys.map((key) => byKey.get(key)!);
}
