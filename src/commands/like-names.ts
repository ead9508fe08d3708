// Names of an output that a path may mean, though none of them is the path itself.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Output } from '../output/read/output.js';
import type { KeptFailure } from '../types/failure.js';

/** Of those that are told. */
const maxAlike = 5;

/** The longest name in the output that a path ends in, and that leads to nothing from where the output is now. */
export function nameBefore(path: string, output: Output): string | undefined {
  const files = output.documents().map(({ source }) => output.recordFileOf(source) ?? source);
  let found: string | undefined;
  for (const name of [...output.manifest.roots, ...files]) {
    const bare = name.replace(/^(?:\.\.\/)+/, '');
    if (name.length <= (found?.length ?? 0) || !path.endsWith(`/${bare}`)) continue;
    if (!existsSync(resolve(dirname(output.dir), name))) found = name;
  }
  return found;
}

/** A name is often typed without its folders: `scan.pdf` for `docs/2019/scan.pdf`. */
export function namesEnding(
  path: string,
  output: Output | undefined,
  failures: readonly KeptFailure[],
): string[] {
  const end = `/${path.replace(/^(?:\.{0,2}\/)+/, '')}`;
  const named = [...(output?.documents() ?? []), ...(output?.manifest.recordFiles ?? []), ...failures];
  const found = new Set(named.map(({ source }) => source).filter((source) => `/${source}`.endsWith(end)));
  return end === '/' ? [] : [...found].sort().slice(0, maxAlike);
}
