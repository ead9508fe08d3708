// Checks all bytes of an output by the sums of its format.
import { wrongSum } from '../format/damage.js';
import { chunksName, vectorsName } from '../format/owned-names.js';
import { hashFile } from '../write/staged-file.js';
import { checkedRows, type Damage, type RowFiles } from './checked-rows.js';

/**
 * Reads all rows, and vectors, once.
 * @param report called for each damaged document; by default the first one is thrown
 * @throws {DamagedOutputError} when they aren't what the manifest says
 * @throws the signal's reason
 */
export async function checkContent(
  files: RowFiles,
  signal?: AbortSignal,
  report?: (damage: Damage) => void,
): Promise<void> {
  if (files.manifest.format !== 1) {
    for await (const _ of checkedRows(files, { signal, report })) signal?.throwIfAborted();
    return;
  }
  for (const name of [vectorsName, chunksName] as const) {
    const handle = name === vectorsName ? files.vectors : files.chunks;
    if ((await hashFile(handle, signal)) === files.manifest.files[name].sha256) continue;
    if (report === undefined) throw wrongSum(files.dir, name);
    report({ name, source: undefined, detail: "its SHA-256 is not the manifest's" });
  }
}
