// Keeps the access rights of an output as its owner set them. A new file gets the mode, owner and group of the
// file that it replaces, before anything is written into it. So do the working files of a run.
import { type FileHandle, lstat, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { manifestName } from '../format/owned-names.js';
import { ensureFolder } from './disk-errors.js';
import { steady, steadyFolder } from './folder-handle.js';
import { openFolder } from './owned-file.js';

/**
 * Where no such file exists yet, the umask decides.
 * @param handle a new, empty file of ours
 * @param path the file of the output that it will replace; where there is none, the manifest's rights are used
 */
export async function takeAccess(handle: FileHandle, path: string): Promise<void> {
  const old = (await regularFile(path)) ?? (await regularFile(join(dirname(path), manifestName)));
  if (old !== undefined) await giveAccess(handle, old, 0);
}

/**
 * Makes a folder inside the output folder with the same rights: members of a group share an output.
 * @param path its parent exists
 * @returns true when it was made
 * @throws {OutputError} naming the path
 */
export async function ensureInnerFolder(path: string, output: string): Promise<boolean> {
  if (!(await ensureFolder(path))) return false;
  try {
    const handle = await openFolder(path);
    try {
      const { mode } = await handle.stat();
      // With the set-group-ID bit, which makes new files belong to the folder's group.
      await giveAccess(handle, await stat(steadyFolder(output)), mode & 0o7000);
    } finally {
      await handle.close();
    }
  } catch {
    // Another run removed it, or the disk has no access rights: the umask's choice stays.
  }
  return true;
}

/**
 * Lets all users of the output folder read a file in `.run`: they need to see who holds the lock.
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
  // When the group could not be set, the file's group gets the same rights as everybody else.
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
