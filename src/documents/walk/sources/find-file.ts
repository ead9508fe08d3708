// Tells whether the file of a source still exists. A `%XX` in a source may be an invalid byte, or these three characters.
import { lstatSync, readdirSync } from 'node:fs';
import { escapeInvalid, fsPath, type RawPath, rawOf } from './source-name.js';

/** Matches invalid bytes as sources write them: 80 to FF. */
const escapedByte = /%[89A-F][0-9A-F]/;

/**
 * True when a file or folder has this source, or when that can't be found out.
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
    // Only a clear "no such file" counts; other errors may mean that a disk is not connected.
    return true;
  }
}

/** The entries of a folder whose names are written like this in a source. @throws when the folder can't be listed */
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
