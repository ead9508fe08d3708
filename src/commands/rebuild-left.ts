// A rebuild that was interrupted, for a run that says nothing else: it goes on with it, as each run goes on with the one before.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathsOfRun } from '../config/kinds/sources.js';
import type { LoadedSettings } from '../config/origins.js';
import type { Settings } from '../config/settings.js';
import { labelOf } from '../documents/walk/paths/roots.js';
import { isUnderRoot } from '../documents/walk/sources/source-name.js';
import { stdinRoot } from '../ingest/survey/standard-input.js';
import type { Output } from '../output/read/output.js';
import { withFlags, withMaker } from './begun-flags.js';
import { openReadable } from './readable-output.js';
import { type RunState, rebuildLeftIn } from './run-state.js';

/** A rebuild, and how it is gone on with. */
export interface RebuildLeft {
  state: RunState;
  /** Those of the run, with what the rebuild was begun with. */
  loaded: LoadedSettings;
  /** Flags that name what made the present index. */
  giveUp: string;
}

/** What a run that is told to go on may not name: it would make other vectors or chunks, or see other files. */
const deciding: readonly (keyof Settings)[] = [
  ...(['embedder', 'model', 'ollamaUrl', 'url', 'queue', 'dimensions', 'documentPrefix'] as const),
  ...(['queryPrefix', 'maxTokens', 'chunkSize', 'chunkOverlap', 'context', 'dtype'] as const),
  ...(['include', 'exclude', 'gitignore', 'follow', 'generated', 'maxFileSize'] as const),
];

/**
 * Asked only where no other run is under way: one that is isn't interrupted.
 * @param paths as typed; none: the sources of the settings
 * @returns undefined where none was interrupted, the run names something else, or has not all paths of the index: a rebuild would
 * drop the others
 */
export async function rebuildLeft(
  loaded: LoadedSettings,
  paths: readonly string[],
  cwd = process.cwd(),
): Promise<RebuildLeft | undefined> {
  const { settings, layers } = loaded;
  const out = resolve(cwd, settings.out);
  const state = await rebuildLeftIn(out);
  if (state?.state !== 'interrupted' || deciding.some((key) => layers[key] === 'flag')) return undefined;
  const begun = asRebuilt(loaded, state);
  const output = await openReadable(out);
  if (output === undefined || begun === undefined) return undefined;
  try {
    if (!hasAll(output, pathsOfRun(paths, settings.sources), cwd)) return undefined;
    const { embedder, model } = output.space;
    const giveUp = embedder === 'builtin' ? '--embedder builtin' : `--model ${model}`;
    return { state, loaded: begun, giveUp };
  } finally {
    await output.close();
  }
}

/** Whether all roots that documents of the output have are named. */
function hasAll(output: Output, named: readonly string[], cwd: string): boolean {
  const base = dirname(output.dir);
  const labels = named.map((path) => (path === stdinRoot ? path : labelOf(resolve(cwd, path), base)));
  const roots = new Set(output.documents().map(({ root }) => root));
  // A pattern that matched all of them then may not do so now.
  if (named.some((path) => path !== stdinRoot && !existsSync(resolve(cwd, path)))) return false;
  return [...roots].every((root) =>
    root === stdinRoot ? labels.includes(root) : labels.some((label) => isUnderRoot(root, label, base)),
  );
}

/** Undefined where the notes say what no setting takes. */
function asRebuilt(loaded: LoadedSettings, begun: RunState): LoadedSettings | undefined {
  const flagged = withFlags(loaded, begun);
  return flagged === undefined || begun.maker === undefined ? flagged : withMaker(flagged, begun.maker);
}
