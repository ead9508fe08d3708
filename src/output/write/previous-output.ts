// What the writer needs to know about the output that it replaces.
import { chunksName, type RowsName, sumsName, vectorsName } from '../format/owned-names.js';
import { rowSumBytes } from '../format/row-sum.js';
import { checkContent } from '../read/content.js';
import type { Output } from '../read/output.js';
import type { StagedRows } from './row-files.js';
import { type FileSum, hashFile } from './staged-file.js';

/** Small, as the rows of a block that differs are compared one by one. */
const blockBytes = 64 * 1024;

/**
 * Checks an output of format 1 whose rows were copied: a new manifest must not confirm bytes that are damaged. Rows of
 * later formats are checked as they are copied.
 * @throws {DamagedOutputError}
 */
export async function checkCopied(previous: Output): Promise<void> {
  if (previous.manifest.format === 1) await checkContent(previous.rowFiles);
}

/** The names of the staged files whose bytes differ from those of the previous output, in the order of their renames. */
export async function changedFiles(staged: StagedRows, previous: Output | undefined): Promise<RowsName[]> {
  const sums = await staged.sums();
  const before = previous?.rowFiles.sums;
  if (previous?.rows !== staged.rows || before === undefined) return [vectorsName, chunksName, sumsName];
  const { formats, dtype } = previous.manifest;
  const same = { lines: formats.includes('jsonl') === staged.hasEmbeddings, vectors: dtype === staged.dtype };
  const [now, then] = [Buffer.alloc(blockBytes), Buffer.alloc(blockBytes)];
  let changed = false;
  for (let position = 0; position < sums.bytes; position += blockBytes) {
    const length = Math.min(blockBytes, sums.bytes - position);
    await sums.handle.read(now, 0, length, position);
    await before.read(then, 0, length, position);
    if (now.compare(then, 0, length, 0, length) === 0) continue;
    changed = true;
    const half = rowSumBytes / 2;
    for (let at = 0; at < length; at += rowSumBytes) {
      const middle = at + half;
      if (now.compare(then, at, middle, at, middle) !== 0) same.lines = false;
      if (now.compare(then, middle, middle + half, middle, middle + half) !== 0) same.vectors = false;
    }
    if (!same.lines && !same.vectors) break;
  }
  const names: RowsName[] = [];
  if (!same.vectors) names.push(vectorsName);
  // Equal vectors have equal digits, so the lines are the same, embeddings included.
  if (!same.lines || (staged.hasEmbeddings && !same.vectors)) names.push(chunksName);
  if (changed) names.push(sumsName);
  return names;
}

/** True when its manifest is the file that `sum` describes. */
export async function isItsManifest(previous: Output, sum: FileSum): Promise<boolean> {
  const { size } = await previous.manifestFile.stat();
  return size === sum.bytes && (await hashFile(previous.manifestFile)) === sum.sha256;
}
