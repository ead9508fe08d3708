// The word indexes in the user's cache folder, all together: how much they take, and what goes.
import { readdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all indexes together; the oldest go. */
const maxKeptBytes = 2 ** 30;
/** One that nobody wrote for so long goes: its output may be gone. */
const maxAgeMs = 90 * 24 * 60 * 60 * 1000;
/** Characters of a name that say where the output is. */
const placeLength = 16;

const namePattern = /^[0-9a-f]{16}-[0-9a-f]{32}\.words(?:\.[0-9a-f]{12})?$/;

/** Word indexes in a folder. */
export interface KeptIndexes {
  count: number;
  /** Of all their files. */
  bytes: number;
}

interface IndexFile {
  name: string;
  size: number;
  mtimeMs: number;
}

export function keptIndexes(folder: string): KeptIndexes {
  const files = filesIn(folder);
  return { count: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

/** Removes all of them, and nothing else. @returns what went */
export function removeIndexes(folder: string): KeptIndexes {
  const gone = { count: 0, bytes: 0 };
  for (const { name, size } of filesIn(folder)) {
    if (!remove(folder, name)) continue;
    gone.count++;
    gone.bytes += size;
  }
  return gone;
}

/** Removes other indexes of the same output as a new one, old ones, and the oldest where all take too much. */
export function removeOldIndexes(folder: string, newest: string, now = Date.now()): void {
  const files = filesIn(folder).sort((a, b) => b.mtimeMs - a.mtimeMs);
  let bytes = files.find(({ name }) => name === newest)?.size ?? 0;
  for (const { name, size, mtimeMs } of files) {
    if (name === newest) continue;
    bytes += size;
    const isReplaced = name.slice(0, placeLength) === newest.slice(0, placeLength);
    if (isReplaced || now - mtimeMs > maxAgeMs || bytes > maxKeptBytes) remove(folder, name);
  }
}

function filesIn(folder: string): IndexFile[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => namePattern.test(name))
    .map((name) => {
      // Another process may have removed it.
      const { size = 0, mtimeMs = 0 } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {};
      return { name, size, mtimeMs };
    });
}

function remove(folder: string, name: string): boolean {
  try {
    unlinkSync(join(folder, name));
    return true;
  } catch {
    return false;
  }
}
