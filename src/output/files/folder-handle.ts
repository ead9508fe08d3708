// Folders that a run uses by an open handle, not by name. Otherwise another user could put a link in the place of
// a folder between two steps, and the run would write or remove files elsewhere. On Linux, a path such as
// `/proc/self/fd/23/lock` leads into the opened folder, even when another folder has its name now. Other systems have
// only names.
import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';

/** Stops holding a folder. Further calls do nothing. */
export type Release = () => Promise<void>;

interface Held {
  handle: FileHandle;
  holders: number;
}

const descriptorsFolder = '/proc/self/fd';
const held = new Map<string, Held>();

/** True when this system has paths through open handles. */
export function canHold(): boolean {
  return process.platform === 'linux' && existsSync(descriptorsFolder);
}

/** The open handle; undefined when the folder isn't held. */
export function heldHandle(path: string): FileHandle | undefined {
  return held.get(resolve(path))?.handle;
}

/** Holds a folder by its handle. When it is held already, the new handle is closed. */
export async function hold(path: string, handle: FileHandle): Promise<Release> {
  const shared = holdAgain(path);
  if (shared) {
    await handle.close();
    return shared;
  }
  held.set(resolve(path), { handle, holders: 0 });
  return holdAgain(path)!;
}

/** Adds one more holder. @returns undefined when the folder isn't held */
export function holdAgain(path: string): Release | undefined {
  const key = resolve(path);
  const folder = held.get(key);
  if (!folder) return undefined;
  folder.holders++;
  let isReleased = false;
  return async () => {
    if (isReleased) return;
    isReleased = true;
    if (--folder.holders > 0) return;
    held.delete(key);
    await folder.handle.close();
  };
}

/** The path for system calls: through the nearest held folder above it, or `path` when none is held. */
export function steady(path: string): string {
  if (held.size === 0) return path;
  const whole = resolve(path);
  for (let folder = dirname(whole); ; folder = dirname(folder)) {
    const handle = held.get(folder)?.handle;
    if (handle) return `${descriptorsFolder}/${handle.fd}/${relative(folder, whole)}`;
    if (folder === dirname(folder)) return path;
  }
}

/** As {@link steady}, for a call on the folder itself: uses its own handle when it is held. */
export function steadyFolder(path: string): string {
  const handle = heldHandle(path);
  return handle ? `${descriptorsFolder}/${handle.fd}/.` : steady(path);
}
