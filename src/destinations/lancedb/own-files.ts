// LanceDB opens whatever stands in its folder, also a pipe that nobody writes to: its thread would wait for ever, and the end
// of the process for it. Links could have it write elsewhere.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Levels of folders in a table; LanceDB makes three. */
const maxLevels = 8;

/**
 * The first entry below a folder that is neither a file nor a folder, by its path there.
 * @returns undefined where there is none, and for a folder that isn't there
 */
export async function strangeEntry(folder: string, level = 0): Promise<string | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile()) continue;
    if (!entry.isDirectory() || level === maxLevels) return path;
    const found = await strangeEntry(path, level + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
