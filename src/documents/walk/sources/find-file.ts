// From a source back to the file: whether what an output names is still there. A `%XX` of a source may be
// a byte that is no character, or just what the name says.
import { lstatSync, readdirSync } from 'node:fs';
import { escapeInvalid, fsPath, type RawPath, rawOf } from './source-name.js';

/** As sources spell bytes that no character has: those are 80 to FF. */
const escapedByte = /%[89A-F][0-9A-F]/;

/**
 * Whether a file or folder has this source; of what can't be looked up it is believed.
 * @param base the folder that relative sources start from, absolute
 */
export function isThere(source: string, base: string): boolean {
  const absolute = source.startsWith('/');
  let paths: RawPath[] = [absolute || base === '/' ? '' : rawOf(base)];
  try {
    for (const name of rawOf(absolute ? source.slice(1) : source).split('/')) {
      paths = paths.flatMap((path) => entriesNamed(path, name));
      if (paths.length === 0) return false;
    }
    return true;
  } catch {
    // Only a clear "no such file" counts; anything else may be a disk that is away.
    return true;
  }
}

/** The entries of a folder whose name a source spells so. @throws when nobody can tell */
function entriesNamed(folder: RawPath, spelled: RawPath): RawPath[] {
  const plain = `${folder}/${spelled}`;
  if (!escapedByte.test(spelled)) return exists(plain) ? [plain] : [];
  try {
    const names = readdirSync(fsPath(folder), 'buffer').map(rawOf);
    return names.filter((name) => escapeInvalid(name) === spelled).map((name) => `${folder}/${name}`);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

function exists(path: RawPath): boolean {
  try {
    lstatSync(fsPath(path));
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
