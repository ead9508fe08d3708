// The id of a row: a UUID (version 5) of its content. It stays the same when the row moves and after kills and
// rebuilds, so a vector database can be updated by it.
import { createHash } from 'node:crypto';

/** The project's own namespace: a random UUID that must never change. */
const namespace = Buffer.from('6f1d2ab04c5e4bb39d0e7a41c89f35e2', 'hex').toString('latin1');

/**
 * @param hash SHA-256 of the chunk's text, lower-case hex
 * @param occurrence how many earlier chunks of the document have the same text
 */
export function rowId(source: string, hash: string, occurrence: number): string {
  const hex = createHash('sha1')
    .update(namespace, 'latin1')
    .update(`${source}\n${hash}\n${occurrence}`)
    .digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
