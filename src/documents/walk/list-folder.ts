// What a folder holds, as fast-glob lists it. It is only ever asked for everything, one folder at a time: which
// entries are wanted, and which folders are entered, is for the rules and our own matcher to say.
import { type Dirent, readdirSync } from 'node:fs';
import glob from 'fast-glob';
import { aliasOf, rawOfAlias } from './fast-glob-names.js';
import { fsPath, type RawPath, rawOf } from './sources/source-name.js';

export interface Entry {
  name: RawPath;
  type: 'file' | 'folder' | 'link' | 'special';
}

/** All that a folder holds itself: `**`, one level deep. */
const everything = {
  // The folder is the root of a file system of its own: its path needn't pass through fast-glob, which would take a
  // backslash in it for a slash.
  cwd: '/',
  deep: 1,
  dot: true,
  onlyFiles: false,
  objectMode: true,
  braceExpansion: false,
  extglob: false,
  followSymbolicLinks: false,
  // Names are unique by nature. fast-glob takes `x` and `./x` for one, and remembers every name for that.
  unique: false,
} as const;

/**
 * The entries of a folder, in no order; links are not followed.
 * @throws when it can't be listed
 */
export function list(path: RawPath): Entry[] {
  let failure: { error: unknown } | undefined;
  // fast-glob takes a missing folder for an empty one, so what went wrong is noted here.
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
    // File systems that don't tell types make Node ask for each by name, for which it needs the bytes.
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
