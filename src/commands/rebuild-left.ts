// A rebuild that was interrupted, for a run that says nothing else: it goes on with it, as each run goes on with the one before.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { longName } from '../config/about.js';
import { problemWith, readTyped } from '../config/kinds/rule.js';
import type { LoadedSettings } from '../config/origins.js';
import { type Settings, settingsTable } from '../config/settings.js';
import { labelOf } from '../documents/walk/paths/roots.js';
import { isUnderRoot } from '../documents/walk/sources/source-name.js';
import { EmbedError } from '../errors.js';
import { stdinRoot } from '../ingest/survey/standard-input.js';
import { type Output, openOutput } from '../output/read/output.js';
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
  const output = await openOutput(out, { sums: false }).catch((error) => {
    if (error instanceof EmbedError) return undefined;
    throw error;
  });
  if (output === undefined || begun === undefined) return undefined;
  try {
    const named = paths.length > 0 ? paths : settings.sources.map(({ path }) => path);
    if (!hasAll(output, named, cwd)) return undefined;
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
function asRebuilt(loaded: LoadedSettings, { flags = [], maker }: RunState): LoadedSettings | undefined {
  const settings: Record<string, unknown> = { ...loaded.settings };
  const layers = { ...loaded.layers };
  for (const [flag, typed] of flags) {
    if (flag === '--rebuild') continue;
    const setting = settingsTable.find((one) => one.flag !== undefined && longName(one.flag) === flag);
    const value = setting && readTyped(setting, typed);
    if (setting === undefined || problemWith(setting, value) !== undefined) return undefined;
    settings[setting.key] = value;
    layers[setting.key] = 'flag';
  }
  if (maker !== undefined) {
    const { embedder, model, addresses } = maker;
    if (embedder !== 'builtin' && embedder !== 'ollama' && embedder !== 'openai') return undefined;
    settings.embedder = embedder;
    if (embedder !== 'builtin') settings.model = model;
    const key = embedder === 'openai' ? 'url' : 'ollamaUrl';
    if (embedder !== 'builtin' && addresses.length > 0) {
      settings[key] = addresses;
      layers[key] = 'notes';
    }
  }
  return { ...loaded, settings: settings as unknown as Settings, layers };
}
