// What the writer asks of the output that it is to replace.
import { chunksName, vectorsName } from '../format/layout.js';
import { wrongSum } from '../format/manifest-reader.js';
import type { Output } from '../read/output.js';
import { type FileSum, hashFile } from './staged-file.js';

/**
 * Rows were copied from it: bytes that changed behind the manifest's back must not be signed by a new manifest.
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

/** Whether its manifest is the file that `sum` tells of. */
export async function isItsManifest(previous: Output, sum: FileSum): Promise<boolean> {
  const { size } = await previous.manifestFile.stat();
  return size === sum.bytes && (await hashFile(previous.manifestFile)) === sum.sha256;
}
