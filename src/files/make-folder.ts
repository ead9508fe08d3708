// Folders with those above them. Node's own way (`recursive`) never returns where the system refuses a folder as
// absent though the one above it is there, as /proc does, and no signal ends it.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing, all with `mode`.
 * @returns whether it had to be made
 * @throws the system's error when one can't be made, or something else has its name
 */
export function makeFolders(path: string, mode = 0o777): boolean {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) {
    missing.push(at);
    if (dirname(at) === at) break;
  }
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  // In the words of the system.
  if (!statSync(path).isDirectory()) mkdirSync(path, { mode });
  return missing.length > 0;
}
