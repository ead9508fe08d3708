// Who may read an output stays as its owner set it: a new file gets mode, owner and group of the one that it
// is to replace, before anything is written into it.
import { type FileHandle, lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { manifestName } from './layout.js';

/**
 * Where nobody was given anything yet, the umask decides.
 * @param handle a new, empty file of ours
 * @param path the file of the output that it is to replace; where there is none, the manifest sets the example
 */
export async function takeAccess(handle: FileHandle, path: string): Promise<void> {
  const old = (await regularFile(path)) ?? (await regularFile(join(dirname(path), manifestName)));
  if (old === undefined || process.platform === 'win32') return;
  const { uid, gid } = await handle.stat();
  const kept =
    (uid === old.uid && gid === old.gid) ||
    (await allowed(handle.chown(old.uid, old.gid))) ||
    gid === old.gid ||
    (await allowed(handle.chown(uid, old.gid)));
  const mode = old.mode & 0o777;
  // Another group than the one that was meant gets what everybody has.
  await allowed(handle.chmod(kept ? mode : (mode & 0o707) | ((mode & 0o007) << 3)));
}

async function regularFile(path: string): Promise<{ mode: number; uid: number; gid: number } | undefined> {
  try {
    const stats = await lstat(path);
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
