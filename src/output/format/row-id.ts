// The id of a row: a UUID (version 5) of its content. It stays the same when the row moves and after kills and
// rebuilds, so a vector database can be updated by it.
import { uuidOf } from '../../text/uuid.js';

/** The project's own namespace: a random UUID that must never change. */
const namespace = Buffer.from('6f1d2ab04c5e4bb39d0e7a41c89f35e2', 'hex');

/**
 * @param hash SHA-256 of the chunk's text, lower-case hex
 * @param occurrence how many earlier chunks of the document have the same text
 */
export function rowId(source: string, hash: string, occurrence: number): string {
  return uuidOf(namespace, `${source}\n${hash}\n${occurrence}`);
}
