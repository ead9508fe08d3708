// Who may read an output stays as its owner set it: a new file gets mode, owner and group of the one that it
// is to replace, before anything is written into it; so does what a run keeps beside it meanwhile.
import { type FileHandle, lstat, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { manifestName } from '../format/layout.js';
import { steady, steadyFolder } from '../held.js';
import { ensureFolder } from './disk-errors.js';
import { openFolder } from './owned-file.js';

/**
 * Where nobody was given anything yet, the umask decides.
 * @param handle a new, empty file of ours
 * @param path the file of the output that it is to replace; where there is none, the manifest sets the example
 */
export async function takeAccess(handle: FileHandle, path: string): Promise<void> {
  const old = (await regularFile(path)) ?? (await regularFile(join(dirname(path), manifestName)));
  if (old !== undefined) await giveAccess(handle, old, 0);
}

/**
 * Makes a folder within the output's, for whoever may use that one: members of a group share an output.
 * @param path its parent is there
 * @returns whether it wasn't there
 * @throws {OutputError} naming the path
 */
export async function ensureInnerFolder(path: string, output: string): Promise<boolean> {
  if (!(await ensureFolder(path))) return false;
  try {
    const handle = await openFolder(path);
    try {
      const { mode } = await handle.stat();
      // What makes its files belong to a group comes with it.
      await giveAccess(handle, await stat(steadyFolder(output)), mode & 0o7000);
    } finally {
      await handle.close();
    }
  } catch {
    // Removed again by another run, or on a disk without rights: the umask has decided.
  }
  return true;
}

/**
 * Lets whoever may use the output's folder read a file within `.run`: who holds the lock, and whose folder it is.
 * @param handle a new, empty file of ours
 */
export async function shareAccess(handle: FileHandle, output: string): Promise<void> {
  const { mode, uid, gid } = await stat(steadyFolder(output));
  await giveAccess(handle, { mode: mode & 0o644, uid, gid }, 0);
}

interface Access {
  mode: number;
  uid: number;
  gid: number;
}

async function giveAccess(handle: FileHandle, old: Access, special: number): Promise<void> {
  if (process.platform === 'win32') return;
  const { uid, gid } = await handle.stat();
  const kept =
    (uid === old.uid && gid === old.gid) ||
    (await allowed(handle.chown(old.uid, old.gid))) ||
    gid === old.gid ||
    (await allowed(handle.chown(uid, old.gid)));
  const mode = old.mode & 0o777;
  // Another group than the one that was meant gets what everybody has.
  await allowed(handle.chmod(special | (kept ? mode : (mode & 0o707) | ((mode & 0o007) << 3))));
}

async function regularFile(path: string): Promise<Access | undefined> {
  try {
    const stats = await lstat(steady(path));
    return stats.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}

async function allowed(change: Promise<void>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch {
    return false;
  }
}
