// Joins flags, environment, configuration file and defaults into one set of checked settings.
import { dirname, isAbsolute, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { nearest } from '../nearest.js';
import { coerce } from './coerce.js';
import { findConfigFile } from './file.js';
import { SETTINGS, type Setting, type Settings } from './settings.js';

/** Where a value came from: `default`, `--batch-size`, `OLLAMA_HOST`, or a file's path. */
export type Origin = string;

export interface LoadedSettings {
  settings: Settings;
  origins: Partial<Record<keyof Settings, Origin>>;
  /** The configuration file in use. */
  file?: string;
}

export interface LoadOptions {
  /** Values of flags by setting key, as typed: text, lists of texts, or booleans. */
  flags?: Partial<Record<keyof Settings, unknown>>;
  env?: NodeJS.ProcessEnv;
  /** Folder in which the configuration file is looked for. */
  cwd?: string;
}

/**
 * Flags win over the environment, that over the file, and that over the defaults.
 * @throws {UsageError} naming the flag, variable or key that is wrong and, for an unknown key, the nearest right one
 */
export async function loadSettings(options: LoadOptions = {}): Promise<LoadedSettings> {
  const { flags = {}, env = process.env, cwd = process.cwd() } = options;
  const file = await findConfigFile(cwd);
  if (file) refuseUnknownKeys(file.path, file.values);

  const settings: Partial<Record<keyof Settings, unknown>> = {};
  const origins: LoadedSettings['origins'] = {};
  for (const setting of SETTINGS) {
    const found =
      fromFlag(setting, flags[setting.key]) ??
      fromEnvironment(setting, env) ??
      (file && fromFile(setting, file.path, file.values[setting.key]));
    if (found) {
      // The schema's library is loaded only where there is something to check: defaults are right.
      const { problemWith } = await import('./schema.js');
      const problem = problemWith(setting.key, found.value);
      if (problem) throw new UsageError(`${found.origin}: ${secretive(setting, problem)}.`);
      settings[setting.key] = found.value;
      origins[setting.key] = found.origin;
    } else if (setting.default !== undefined) {
      settings[setting.key] = setting.default;
      origins[setting.key] = 'default';
    }
  }
  return { settings: settings as Settings, origins, ...(file && { file: file.path }) };
}

interface Found {
  value: unknown;
  origin: Origin;
}

function fromFlag(setting: Setting, typed: unknown): Found | undefined {
  if (typed === undefined) return undefined;
  const origin = /--[\w-]+/.exec(setting.flag ?? '')?.[0] ?? setting.key;
  if (Array.isArray(typed)) {
    return { value: isGlob(setting) ? typed : typed.flatMap((part) => coerce('list', String(part))), origin };
  }
  return { value: typeof typed === 'string' ? coerce(setting.kind, typed) : typed, origin };
}

/** A comma may be part of a glob (`*.{md,txt}`), so lists are split only where no glob is meant. */
function isGlob({ key }: Setting): boolean {
  return key === 'include' || key === 'exclude';
}

function fromEnvironment(setting: Setting, env: NodeJS.ProcessEnv): Found | undefined {
  const text = setting.env === undefined ? undefined : env[setting.env];
  if (text === undefined || text.trim() === '') return undefined;
  return { value: coerce(setting.kind, text), origin: setting.env! };
}

function fromFile(setting: Setting, path: string, raw: unknown): Found | undefined {
  if (raw === undefined) return undefined;
  let value: unknown = raw;
  if (setting.kind === 'list' && typeof raw === 'string')
    value = isGlob(setting) ? [raw] : coerce('list', raw);
  if ((setting.kind === 'bytes' || setting.kind === 'duration') && typeof raw === 'string') {
    value = coerce(setting.kind, raw);
  }
  // A path in a file means the same wherever the command is started.
  if ((setting.key === 'out' || setting.key === 'cacheDir') && typeof raw === 'string' && !isAbsolute(raw)) {
    value = resolve(dirname(path), raw);
  }
  return { value, origin: `${path} (${setting.key})` };
}

function refuseUnknownKeys(path: string, values: Record<string, unknown>): void {
  const known = SETTINGS.map((setting) => setting.key as string);
  for (const key of Object.keys(values)) {
    if (known.includes(key) || key === '$schema') continue;
    const right = nearest(key, known);
    throw new UsageError(
      right === undefined
        ? `${path}: unknown key "${key}"; \`embed config\` lists the keys.`
        : `${path}: unknown key "${key}"; did you mean "${right}"?`,
    );
  }
}

/** A message about a secret must not show it. */
function secretive(setting: Setting, problem: string): string {
  return setting.kind === 'secret' ? problem.replace(/, got .*/s, '') : problem;
}
