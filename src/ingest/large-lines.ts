// Tells once that the lines of an output have grown large for the vectors in them, which vectors.npy holds, too.

import type { Manifest } from '../output/format/manifest-reader.js';
import { chunksName } from '../output/format/owned-names.js';
import { shownSize } from '../text/sizes.js';

/** Bytes of chunks.jsonl from which on it is told. */
const largeBytes = 1_000_000_000;

/**
 * @param formats of the output now
 * @param lineBytes bytes of chunks.jsonl now
 * @param before what it was before this run; undefined for a first run
 * @returns a sentence when this run made its lines large
 */
export function largeLinesNotice(
  formats: readonly string[],
  lineBytes: number,
  before: Pick<Manifest, 'files'> | undefined,
): string | undefined {
  const wasLarge = (before?.files[chunksName].bytes ?? 0) > largeBytes;
  if (wasLarge || lineBytes <= largeBytes || !formats.includes('jsonl')) return undefined;
  return (
    `chunks.jsonl has grown to ${shownSize(lineBytes)}, most of it vectors, which vectors.npy holds, too: --format npy leaves ` +
    'them out, and takes less than half of the space.'
  );
}
