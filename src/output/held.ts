// Folders that a run works in by what it has opened, not by their names: whoever may rename there could put a link in
// the place of one between two steps, and so have the run write or remove elsewhere. On Linux, a path through
// /proc leads to what was opened, whatever has its name now; elsewhere, names have to do.
import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';

/** Ends the holding of a folder; once. */
export type Release = () => Promise<void>;

interface Held {
  handle: FileHandle;
  holders: number;
}

const DESCRIPTORS = '/proc/self/fd';
const held = new Map<string, Held>();

/** Whether this system has paths through what is opened. */
export function canHold(): boolean {
  return process.platform === 'linux' && existsSync(DESCRIPTORS);
}

/** What was opened; undefined where the folder isn't held. */
export function heldHandle(path: string): FileHandle | undefined {
  return held.get(resolve(path))?.handle;
}

/** Holds a folder by its handle, or by the one that holds it already: then the new one is closed. */
export async function hold(path: string, handle: FileHandle): Promise<Release> {
  const shared = holdAgain(path);
  if (shared) {
    await handle.close();
    return shared;
  }
  held.set(resolve(path), { handle, holders: 0 });
  return holdAgain(path)!;
}

/** @returns undefined where it isn't held */
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

/** The path for the system's calls: through the innermost folder above that is held; `path` where none is. */
export function steady(path: string): string {
  if (held.size === 0) return path;
  const whole = resolve(path);
  for (let folder = dirname(whole); ; folder = dirname(folder)) {
    const handle = held.get(folder)?.handle;
    if (handle) return `${DESCRIPTORS}/${handle.fd}/${relative(folder, whole)}`;
    if (folder === dirname(folder)) return path;
  }
}

/** As {@link steady}, for what is done to a folder as a whole: where it is held itself, that one. */
export function steadyFolder(path: string): string {
  const handle = heldHandle(path);
  return handle ? `${DESCRIPTORS}/${handle.fd}/.` : steady(path);
}
