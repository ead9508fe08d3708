// Folders into which a package manager or a build put copies: by their name, or by a file that says so.
import { existsSync } from 'node:fs';
import { readForeignStart } from '../../../files/foreign-file.js';
import { fsPath, type RawPath } from '../sources/source-name.js';

const names: ReadonlySet<string> = new Set(['bower_components', 'jspm_packages', 'lcov-report']);

/** The start of `CACHEDIR.TAG`, as https://bford.info/cachedir/ has it. */
const cacheMark = 'Signature: 8a477f597d28d172789f06886806bc55';

export function isVendoredName(name: string): boolean {
  return names.has(name);
}

/** @param has tells whether the folder holds an entry of this name */
export function isVendored(folder: RawPath, has: (name: string) => boolean): boolean {
  // A virtual environment of Python.
  if (has('pyvenv.cfg')) return true;
  if (has('CACHEDIR.TAG') && isCache(folder)) return true;
  if (folder.endsWith('/vendor')) return has('modules.txt') || isOfComposer(folder, has);
  return folder.endsWith('/Pods') && has('Manifest.lock');
}

function isOfComposer(folder: RawPath, has: (name: string) => boolean): boolean {
  return has('autoload.php') && existsSync(fsPath(`${folder}/composer`));
}

function isCache(folder: RawPath): boolean {
  try {
    const start = readForeignStart(fsPath(`${folder}/CACHEDIR.TAG`), cacheMark.length);
    return start.toString('latin1') === cacheMark;
  } catch {
    return false;
  }
}
