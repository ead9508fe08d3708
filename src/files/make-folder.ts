// Makes folders with their parents. Node's own `recursive` never returns, and can't be aborted, where the system reports a
// folder as absent although its parent exists, as in /proc.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and its missing parents, all with `mode`.
 * @returns true when it was made
 * @throws the system's error when one can't be made, or another file has its name
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
  // As the system's own error.
  if (!statSync(path).isDirectory()) mkdirSync(path, { mode });
  return missing.length > 0;
}
