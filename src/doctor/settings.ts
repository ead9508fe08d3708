// The settings as a run reads them; where something in them is wrong, every problem and all that is right,
// so that one slip in a file doesn't keep the other checks from looking at what the user means.
import { dirname, isAbsolute, parse, resolve } from 'node:path';
import { type ConfigFile, findConfigFile } from '../config/file.js';
import { type LoadedSettings, type LoadOptions, loadSettings } from '../config/load.js';
import { SETTINGS, type Setting, type Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { nearest } from '../nearest.js';

export interface ReadSettings extends LoadedSettings {
  /** A phrase each, naming flag, variable or file and key; a run ends at the first. */
  problems: string[];
}

export async function readSettings(options: LoadOptions): Promise<ReadSettings> {
  try {
    return { ...(await loadSettings(options)), problems: [] };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return await salvage(options, error);
  }
}

async function salvage(options: LoadOptions, first: UsageError): Promise<ReadSettings> {
  const { flags = {}, env = process.env, cwd = process.cwd() } = options;
  let file: ConfigFile | undefined;
  try {
    file = await findConfigFile(cwd);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
  const read: ReadSettings = {
    settings: {} as Settings,
    origins: {},
    ...(file && { file: file.path }),
    problems: file ? unknownKeys(file) : [],
  };
  for (const setting of SETTINGS) {
    const name = setting.env;
    const sources: { load: LoadOptions; origin?: string }[] = [
      { load: { flags: { [setting.key]: flags[setting.key] }, env: {} } },
      { load: { env: name === undefined ? {} : { [name]: env[name] } } },
    ];
    if (file?.values[setting.key] !== undefined) {
      const origin = `${file.path} (${setting.key})`;
      sources.push({ load: { flags: { [setting.key]: fileValue(setting, file) }, env: {} }, origin });
    }
    await take(setting, sources, read, parse(cwd).root);
  }
  if (read.problems.length === 0) read.problems.push(first.message);
  read.problems = read.problems.map((problem) => problem.replace(/\.$/, ''));
  return read;
}

/** The first source that has a right value, else the default; wrong ones are told. */
async function take(
  setting: Setting,
  sources: readonly { load: LoadOptions; origin?: string }[],
  read: ReadSettings,
  cwd: string,
): Promise<void> {
  const { key } = setting;
  const values: Partial<Record<keyof Settings, unknown>> = read.settings;
  for (const { load, origin } of sources) {
    try {
      const loaded = await loadSettings({ ...load, cwd });
      const from = loaded.origins[key];
      if (from === undefined || from === 'default') continue;
      values[key] = loaded.settings[key];
      read.origins[key] = origin ?? from;
      return;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      read.problems.push(origin === undefined ? error.message : error.message.replace(/^[^:]*/, origin));
    }
  }
  if (setting.default === undefined) return;
  values[key] = setting.default;
  read.origins[key] = 'default';
}

function fileValue({ key }: Setting, file: ConfigFile): unknown {
  const value = file.values[key];
  // A path in a file means the same wherever the command is started.
  const isPath = (key === 'out' || key === 'cacheDir') && typeof value === 'string' && !isAbsolute(value);
  return isPath ? resolve(dirname(file.path), value) : value;
}

function unknownKeys({ path, values }: ConfigFile): string[] {
  const known = SETTINGS.map((setting) => setting.key as string);
  return Object.keys(values)
    .filter((key) => !known.includes(key) && key !== '$schema')
    .map((key) => {
      const right = nearest(key, known);
      const hint = right === undefined ? '`embed config` lists the keys' : `did you mean "${right}"?`;
      return `${path}: unknown key "${key}"; ${hint}`;
    });
}
