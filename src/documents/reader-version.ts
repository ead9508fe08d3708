// Which reader a file has, with its version: a file that couldn't be read is worth another try when this changes.

import { sha256 } from '../text/sha256.js';
import { isBinary } from './binary.js';
import { FORMATS, type Format, formatFor } from './extract.js';
import { formatNamed } from './formats/registry.js';

/** For a file that holds others, and for one without a reader: any format may be the one that reads it next time. */
const anyReader = `any@${sha256(
  (FORMATS as readonly Format[])
    .map(({ name, version }) => `${name}@${version}`)
    .sort()
    .join(),
).slice(0, 12)}`;

/** Name and version of the reader of a file: `pdf@5`. */
export function readerOf(source: string, bytes: Uint8Array): string {
  const name = formatFor(source, bytes);
  if (name === undefined && isBinary(bytes)) return anyReader;
  const format = formatNamed(name ?? 'text');
  return format.holdsFiles ? anyReader : `${format.name}@${format.version}`;
}
