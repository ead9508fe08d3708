// What the command line of a run said of the vectors and chunks that it makes, for a run that goes on with it.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { longName } from '../config/about.js';
import { problemWith, readTyped } from '../config/kinds/rule.js';
import type { LoadedSettings } from '../config/origins.js';
import { type Setting, type Settings, settingsTable } from '../config/settings.js';
import { canonicalName } from '../embedders/ollama/model-name.js';
import { journalPrefix, runFolder } from '../output/format/owned-names.js';
import { attempt, type BegunRun, type Maker, readRunNotes } from '../state/output-notes.js';

/** What is noted of a command line: a run must say it again to make the same vectors and chunks. */
export const notedSettings: ReadonlySet<keyof Settings> = new Set<keyof Settings>([
  ...(['chunkSize', 'chunkOverlap', 'context', 'dtype'] as const),
  ...(['dimensions', 'documentPrefix', 'queryPrefix', 'maxTokens'] as const),
]);

/** The notes on a run that left vectors to go on with; undefined where there is none. @param out absolute */
export function begunIn(out: string): BegunRun | undefined {
  const names = attempt(() => readdirSync(runFolder(out))) ?? [];
  return names.some((name) => name.startsWith(journalPrefix)) ? readRunNotes(out) : undefined;
}

/** @returns the settings with these flags; undefined where one says what no setting takes */
export function withFlags<T extends LoadedSettings>(loaded: T, { flags = [] }: BegunRun): T | undefined {
  const settings: Record<string, unknown> = { ...loaded.settings };
  const layers = { ...loaded.layers };
  for (const [flag, typed] of flags) {
    if (flag === '--rebuild') continue;
    const setting = settingOf(flag);
    const value = setting && readTyped(setting, typed);
    if (setting === undefined || problemWith(setting, value) !== undefined) return undefined;
    settings[setting.key] = value;
    layers[setting.key] = 'flag';
  }
  return { ...loaded, settings: settings as unknown as Settings, layers };
}

/** @returns the settings with what made the vectors of a run; undefined where the notes name what no run can ask for */
export function withMaker<T extends LoadedSettings>(
  loaded: T,
  { embedder, model, addresses }: Maker,
): T | undefined {
  const { settings, layers } = loaded;
  if (embedder === 'builtin') return { ...loaded, settings: { ...settings, embedder } };
  if (embedder !== 'ollama' && embedder !== 'openai') return undefined;
  const noted = addresses.length > 0 ? (embedder === 'ollama' ? 'ollamaUrl' : 'url') : undefined;
  return {
    ...loaded,
    settings: { ...settings, embedder, model, ...(noted && { [noted]: addresses }) },
    layers: { ...layers, ...(noted && { [noted]: 'notes' }) },
  };
}

/** A first run that was interrupted, as the flags of another one see it. */
export interface FirstRunLeft<T extends LoadedSettings> {
  /** With its flags, where this run says nothing else. */
  loaded: T;
  /** The flags that were taken from it, as typed: `--chunk-size 60`. */
  taken: string[];
  /** A flag of this run by which it makes other vectors or chunks, as typed; what was embedded is then of no use. */
  other?: string;
}

/**
 * The flags of a first run that was interrupted: its vectors are of no use in other chunks. One that this run types itself is
 * used only when it is the same.
 * @param cwd folder that `out` starts from
 * @returns undefined where no first run was interrupted, or nothing is to be said of its flags
 */
export function withBegunFlags<T extends LoadedSettings>(
  loaded: T,
  cwd = process.cwd(),
): FirstRunLeft<T> | undefined {
  const begun = begunIn(resolve(cwd, loaded.settings.out));
  if (begun === undefined || isOtherMaker(loaded.settings, begun)) return undefined;
  const { settings, layers } = loaded;
  const typed = settingsTable.filter(({ key }) => notedSettings.has(key) && layers[key] === 'flag');
  const other = typed.find((one) => settings[one.key] !== begunValue(one, begun));
  if (other !== undefined) {
    return { loaded, taken: [], other: `${longName(other.flag!)} ${settings[other.key]}` };
  }
  const flags = (begun.flags ?? []).filter(([flag]) => {
    const setting = settingOf(flag);
    return setting !== undefined && layers[setting.key] !== 'flag';
  });
  const all = withFlags(loaded, { flags });
  return all === undefined || flags.length === 0
    ? undefined
    : { loaded: all, taken: flags.map((words) => words.join(' ')) };
}

function settingOf(flag: string | undefined): Setting | undefined {
  return settingsTable.find((one) => one.flag !== undefined && longName(one.flag) === flag);
}

function begunValue(setting: Setting, { flags = [] }: BegunRun): unknown {
  const typed = flags.find(([flag]) => settingOf(flag) === setting)?.[1];
  return typed === undefined ? setting.otherwise : readTyped(setting, typed);
}

/** Whether this run names another embedder or model: that its vectors aren't used is told by the run. */
function isOtherMaker({ embedder, model }: Settings, { maker }: BegunRun): boolean {
  if (maker === undefined) return false;
  if (embedder !== 'auto' && embedder !== maker.embedder) return true;
  const isNamed = model !== undefined && maker.embedder !== 'builtin';
  return isNamed && canonicalName(model) !== canonicalName(maker.model);
}
