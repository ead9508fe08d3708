// Unpacks an answer that a proxy has compressed, though nobody asked for it.
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

const decoders: { [encoding: string]: () => NodeJS.ReadWriteStream & Readable } = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** An answer is packed in a way that can't be read. */
export class UnknownEncodingError extends Error {
  /** As zlib has for what it can't read. */
  readonly code = 'Z_UNKNOWN_ENCODING';
}

/** Whether a body with this header Content-Encoding has to be unpacked. */
export function isPacked(encoding: string | undefined): boolean {
  return nameOf(encoding) !== 'identity';
}

function nameOf(encoding: string | undefined): string {
  return encoding?.trim().toLowerCase() || 'identity';
}

/**
 * The body as it was before it was packed; whoever reads it must bound its length.
 * @param encoding the header Content-Encoding
 * @throws {UnknownEncodingError} for one that can't be unpacked
 */
export function decodedBody(body: Readable, encoding: string | undefined): Readable {
  const name = nameOf(encoding);
  if (name === 'identity') return body;
  const decoder = Object.hasOwn(decoders, name) ? decoders[name]!() : undefined;
  if (!decoder) {
    body.on('error', () => {}).destroy();
    throw new UnknownEncodingError(name.slice(0, 20));
  }
  // An error of one ends the other; who reads is told by the stream.
  pipeline(body, decoder, () => {});
  return decoder;
}
