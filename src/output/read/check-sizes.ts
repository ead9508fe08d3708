// Whether the files of an output have the sizes that its manifest says.
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { damaged } from '../format/damage.js';
import type { Manifest } from '../format/manifest-reader.js';
import { npyHeaderBytes, parseNpyHeader } from '../format/npy-header.js';
import { chunksName, sumsName, vectorsName } from '../format/owned-names.js';
import { rowSumBytes } from '../format/row-sum.js';
import type { OpenFiles } from './snapshot.js';

/** @throws {DamagedOutputError} naming the file that is longer or shorter */
export async function checkSizes(dir: string, files: OpenFiles, manifest: Manifest): Promise<void> {
  for (const [name, handle, expected] of [
    [chunksName, files.chunks, manifest.files[chunksName].bytes],
    [vectorsName, files.vectors, manifest.files[vectorsName].bytes],
    [sumsName, files.sums, manifest.rows * rowSumBytes],
  ] as const) {
    if (handle === undefined) continue;
    const { size } = await handle.stat();
    if (size !== expected)
      throw damaged(join(dir, name), `${size} bytes instead of the manifest's ${expected}`);
  }
  const shape = parseNpyHeader(await readRange(files.vectors, 0, npyHeaderBytes));
  const { rows, dtype, space } = manifest;
  if (shape?.rows !== rows || shape.dimensions !== space.dimensions || shape.dtype !== dtype) {
    throw damaged(
      join(dir, vectorsName),
      `its header is not that of ${rows} rows of ${space.dimensions} ${dtype}`,
    );
  }
}

async function readRange(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
