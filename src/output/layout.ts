// The names of the output's files, and of what lives in its `.run` folder while a run works.
import { join } from 'node:path';

export const chunksName = 'chunks.jsonl';
export const vectorsName = 'vectors.npy';
export const manifestName = 'manifest.json';
export const failuresName = 'failures.jsonl';

/** Lock, journals, staged files and commit record; removed when nothing is left to keep. */
export const runName = '.run';
export const recordName = 'commit';
export const lockPrefix = 'lock';
export const journalPrefix = 'journal-';
/** Each writer stages in a folder of its own: one that lost its lock can't touch what its successor writes. */
export const stagePrefix = 'stage-';

export function runFolder(dir: string): string {
  return join(dir, runName);
}
