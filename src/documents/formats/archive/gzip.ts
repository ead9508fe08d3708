// Files packed with gzip: the file within is read by its own name, `pump.8.gz` as `pump.8`.
import { gunzipSync } from 'node:zlib';
import { DocumentError } from '../../../errors.js';
import type { Extraction, FormatInput } from '../format.js';

/** Bytes of the file within. */
const maxBytes = 128 * 1024 * 1024;

export async function extract({ bytes, source, inner }: FormatInput): Promise<Extraction> {
  const name = source.replace(/\.gz$/i, '');
  const { documents, failures } = await inner!.extract(unpacked(bytes, source), name);
  const addressed = <One extends { source: string }>(one: One): One => {
    return { ...one, source: source + one.source.slice(name.length) };
  };
  return { documents: documents.map(addressed), failures: failures.map(addressed) };
}

function unpacked(bytes: Buffer, source: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    const isLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    if (isLarge) throw new DocumentError('too-large', `${source} unpacks to too much.`, { cause });
    throw new DocumentError('malformed', `${source} is not readable as a gzip file.`, { cause });
  }
}
