// What the writer needs to know about the output that it replaces.
import { chunksName, vectorsName } from '../format/layout.js';
import { wrongSum } from '../format/manifest-reader.js';
import type { Output } from '../read/output.js';
import { type FileSum, hashFile } from './staged-file.js';

/**
 * Checks the sums of an output whose rows were copied: a new manifest must not confirm bytes that are damaged.
 * @param dir the output's folder
 * @throws {DamagedOutputError}
 */
export async function checkCopied(dir: string, previous: Output): Promise<void> {
  for (const [name, file] of [
    [vectorsName, previous.vectorsFile],
    [chunksName, previous.chunksFile],
  ] as const) {
    if ((await hashFile(file)) !== previous.manifest.files[name].sha256) {
      throw wrongSum(dir, name);
    }
  }
}

/** True when its manifest is the file that `sum` describes. */
export async function isItsManifest(previous: Output, sum: FileSum): Promise<boolean> {
  const { size } = await previous.manifestFile.stat();
  return size === sum.bytes && (await hashFile(previous.manifestFile)) === sum.sha256;
}
