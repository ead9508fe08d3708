// What the flags of `search` and `eval` say of how is asked.
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import type { SearchBy } from '../search/options.js';

/** @throws {UsageError} when two are given */
export function byOf({ hybrid, words, vectors }: Record<SearchBy, boolean>): SearchBy | undefined {
  const given = Object.entries({ hybrid, words, vectors }).flatMap(([by, isGiven]) =>
    isGiven ? [by as SearchBy] : [],
  );
  if (given.length > 1) throw new UsageError('--hybrid, --words and --vectors: give one of them.');
  return given[0];
}

/** What is asked: the output of the settings, or what is named. */
export interface PlacesAsked {
  settings: Settings;
  in: string[] | undefined;
}

/** One `--out` is that of the settings, as everywhere; several are asked together, with what `--in` names. */
export function placesAsked(
  { out: outputs = [], in: named }: { out: string[] | undefined; in: string[] | undefined },
  settings: Settings,
): PlacesAsked {
  const [out = settings.out, ...others] = outputs;
  return {
    settings: { ...settings, out },
    in: others.length === 0 ? named : [...(named ?? []), ...outputs.map(asFolder)],
  };
}

/** A folder, whatever its name: `a=b` would be one with a name, `parquet:x` a file. */
function asFolder(path: string): string {
  return /^(?:\/|\.\.?\/)/.test(path) ? path : `./${path}`;
}
