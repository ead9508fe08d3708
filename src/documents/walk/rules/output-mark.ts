// Tells whether a folder holds an index that this program made: by what its manifest begins with, as folders of other
// programs have files of these names, too.
import { existsSync } from 'node:fs';
import { readForeignStart } from '../../../files/foreign-file.js';
import { fsPath, type RawPath } from '../sources/source-name.js';

const manifestName = 'manifest.json';
/** Present while a run writes, and after one that was killed. */
const runMark = '.run/embed';

/** Bytes at the start of a manifest that hold its format and its vector space. */
const startBytes = 4096;
const manifestStart = /^\{"format":\d{1,6},\n(?:.*\n)*?"space":\{/;

/** @param has tells whether the folder holds an entry of this name */
export function isOutput(folder: RawPath, has: (name: string) => boolean): boolean {
  if (has(manifestName) && manifestStart.test(startOf(`${folder}/${manifestName}`))) return true;
  return has('.run') && existsSync(fsPath(`${folder}/${runMark}`));
}

function startOf(path: RawPath): string {
  try {
    return readForeignStart(fsPath(path), startBytes).toString('latin1');
  } catch {
    return '';
  }
}
