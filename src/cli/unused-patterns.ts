// Patterns of a settings file that don't count in a run, which so takes or leaves out other documents than the one before: others
// were typed, or the run stands in another folder than the one of the index.
import { dirname, resolve } from 'node:path';
import { readSettings } from '../config/load.js';
import type { LoadedSettings } from '../config/origins.js';
import { type Printable, printable, say } from '../text/printable.js';
import { originFromHere } from './terminal/shown-path.js';
import { keepNotice } from './terminal/told-notices.js';

const keys = ['include', 'exclude'] as const;
const maxShownLength = 200;

/** @param tell called with a line for people, for each list that doesn't count */
export async function tellUnusedPatterns(
  loaded: LoadedSettings,
  tell: (line: Printable) => void,
  cwd = process.cwd(),
): Promise<void> {
  const typed = keys.filter((key) => loaded.layers[key] === 'flag');
  if (typed.length > 0) {
    const written = await readSettings({ cwd, file: loaded.file });
    for (const key of typed) {
      const why = say`as --${printable(key)} is given`;
      tellList(key, lacking(key, written, loaded), written.origins[key], why, tell);
    }
  }
  const home = dirname(resolve(cwd, loaded.settings.out));
  if (home === cwd) return;
  const there = await readSettings({ cwd: home, env: {} });
  if (there.file === undefined || there.file === loaded.file) return;
  for (const key of keys) {
    if (there.layers[key] !== 'file') continue;
    tellList(key, lacking(key, there, loaded), there.origins[key], say`as the run stands elsewhere`, tell);
  }
}

/** Those of a file that aren't in force. */
function lacking(key: 'include' | 'exclude', { settings }: LoadedSettings, now: LoadedSettings): string[] {
  return settings[key].filter((pattern) => !now.settings[key].includes(pattern));
}

function tellList(
  key: string,
  patterns: readonly string[],
  origin: string | undefined,
  why: Printable,
  tell: (line: Printable) => void,
): void {
  if (patterns.length === 0 || origin === undefined) return;
  const place = printable(originFromHere(origin), maxShownLength);
  const list = printable(patterns.join(', '), maxShownLength);
  const line = say`${printable(key)} of ${place} doesn't count in this run, ${why}: ${list}`;
  keepNotice('notice', 'patterns-unused', line);
  tell(line);
}
