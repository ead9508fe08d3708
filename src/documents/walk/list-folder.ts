// Lists a folder with fast-glob. It only asks for all entries, one folder at a time: the ignore rules and our own matcher
// decide which entries are wanted and which folders are entered.
import { type Dirent, readdirSync } from 'node:fs';
import glob from 'fast-glob';
import { aliasOf, rawOfAlias } from './fast-glob-names.js';
import { fsPath, type RawPath, rawOf } from './sources/source-name.js';

export interface Entry {
  name: RawPath;
  type: 'file' | 'folder' | 'link' | 'special';
}

/** All entries of a folder: `**`, one level deep. */
const everything = {
  // The folder looks like the root of a file system, so its path doesn't pass through fast-glob, which would read a
  // backslash in it as a slash.
  cwd: '/',
  deep: 1,
  dot: true,
  onlyFiles: false,
  objectMode: true,
  braceExpansion: false,
  extglob: false,
  followSymbolicLinks: false,
  // Names in a folder are unique. To treat `x` and `./x` as one, fast-glob would remember every name.
  unique: false,
} as const;

/**
 * The entries of a folder, in no order; links are not followed.
 * @throws when it can't be listed
 */
export function list(path: RawPath): Entry[] {
  let failure: { error: unknown } | undefined;
  // fast-glob treats a missing folder as empty, so the error is stored here.
  const readFolder = (): Dirent[] => {
    try {
      return read(path);
    } catch (error) {
      failure = { error };
      return [];
    }
  };
  const fs = { readdirSync: readFolder as unknown as Reader };
  const found = glob.sync('**', { ...everything, fs });
  if (failure !== undefined) throw failure.error;
  return found.map(({ name, dirent }) => ({ name: rawOfAlias(name), type: typeOf(dirent) }));
}

type Reader = NonNullable<glob.FileSystemAdapter['readdirSync']>;

/** The entries of a folder, under their aliases. */
function read(path: RawPath): Dirent[] {
  let entries: Dirent[];
  try {
    // One character per byte: the fastest form that loses nothing.
    entries = readdirSync(fsPath(path), { withFileTypes: true, encoding: 'latin1' });
  } catch {
    // On file systems that don't tell types, Node asks for each by name, and needs the bytes for that.
    const found = readdirSync(fsPath(path), { withFileTypes: true, encoding: 'buffer' });
    entries = found.map((entry) => Object.assign(entry as unknown as Dirent, { name: rawOf(entry.name) }));
  }
  for (const entry of entries) entry.name = aliasOf(entry.name);
  return entries;
}

function typeOf(entry: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): Entry['type'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'special';
}
