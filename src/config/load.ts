// src/config: the settings of a command, from flags, environment, configuration file and defaults.
//
// In: flags as they were typed, variables, a folder. Out: checked settings, and where each value came from. declared.ts
// declares every setting once, with a kind of kinds/; settings.ts derives the type and the table from it; file.ts finds
// the configuration files; this file joins the five layers.
// What must hold: a flag wins over the environment, that over the folder's file, that over the user's own file, and that
// over the default; a wrong value is an error that names its flag, variable or key; an address that only a folder's file
// names gets no secret of the environment (stray-secrets.ts), and its sources lie in that folder (stray-sources.ts). No
// file is executed, and the settings know no stage.
// Look first at declared.ts for a setting, and at firstRight below for the order of the layers.
import { dirname, resolve } from 'node:path';
import { debug, told } from '../debug.js';
import { variable } from '../environment.js';
import { UsageError } from '../errors.js';
import { nearest } from '../text/nearest-word.js';
import { plural } from '../text/plural.js';
import { longName } from './about.js';
import { type ConfigFile, findConfigFile, namedConfigFile, ownConfigFile } from './file.js';
import { problemWith, readText, readTyped, readWritten, shownValue } from './kinds/rule.js';
import type { Layer, LoadedSettings, Origin } from './origins.js';
import { type Setting, type Settings, settingsTable } from './settings.js';
import { strayingSecrets } from './stray-secrets.js';
import { strayingSources } from './stray-sources.js';

/** Where {@link loadSettings} looks. */
export interface LoadOptions {
  /** Values of flags by setting key, as typed: text, lists of texts, or booleans. @default none */
  flags?: Partial<Record<keyof Settings, unknown>>;
  /** Variables of the environment. @default process.env */
  env?: NodeJS.ProcessEnv;
  /** Folder from which the configuration file is looked for, and upwards from there. @default process.cwd() */
  cwd?: string;
  /** Configuration file to use instead of the one that is looked for; relative paths start at `cwd`. @default none */
  file?: string | undefined;
}

/** What is right in the settings, and all that is wrong. */
export interface ReadSettings extends LoadedSettings {
  /** A sentence each, naming flag, variable or file and key. */
  problems: UsageError[];
}

/**
 * Loads the settings as the command line does: flags win over the environment, that over the folder's file, that over
 * the user's own, and that over the defaults.
 * @throws {UsageError} naming the flag, variable or key that is wrong and, for an unknown key, the nearest
 * right one; a secret of the environment that would go to an address which only a file names; or a source outside of
 * the folder of the file that names it
 */
export async function loadSettings(options: LoadOptions = {}): Promise<LoadedSettings> {
  const { problems, ...loaded } = await readSettings(options);
  const [first] = problems;
  if (first) throw first;
  return loaded;
}

/** The settings of `embed serve`, which has defaults of its own. */
export function settingsOfServe({ settings, layers }: LoadedSettings): Settings {
  const own = settingsTable.filter((one) => one.serveDefault !== undefined && layers[one.key] === 'default');
  return { ...settings, ...Object.fromEntries(own.map(({ key, serveDefault }) => [key, serveDefault])) };
}

/**
 * The same, with everything that is wrong: a wrong value is replaced by that of the next layer, and a secret that must
 * not be sent is left out.
 */
export async function readSettings(options: LoadOptions = {}): Promise<ReadSettings> {
  const { flags = {}, env = process.env, cwd = process.cwd() } = options;
  const problems: UsageError[] = [];
  const found = async (search: Promise<ConfigFile | undefined>) => {
    const file = await search.catch((error) => {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error);
      return undefined;
    });
    if (file) problems.push(...unknownKeys(file));
    return file;
  };
  const { file: named } = options;
  const own = await found(ownConfigFile(env));
  const project = await found(
    named === undefined ? findConfigFile(cwd) : namedConfigFile(resolve(cwd, named)),
  );
  // Where the user works in the folder of their own file, and names it.
  const file = project?.path === own?.path ? undefined : project;

  const settings: Partial<Record<keyof Settings, unknown>> = {};
  const read: ReadSettings = {
    settings: settings as unknown as Settings,
    origins: {},
    layers: {},
    ...(file && { file: file.path }),
    ...(own && { ownFile: own.path }),
    problems,
  };
  for (const setting of settingsTable) {
    const { key } = setting;
    const right = firstRight(
      [
        fromFlag(setting, flags[key]),
        counts(setting, settings) ? fromEnvironment(setting, env) : undefined,
        file && fromFile(setting, file, 'file'),
        own && fromFile(setting, own, 'own'),
      ],
      setting,
      problems,
    );
    settings[key] = right?.value ?? setting.default;
    if (settings[key] === undefined) {
      delete settings[key];
      continue;
    }
    read.origins[key] = right?.origin ?? 'default';
    read.layers[key] = right?.layer ?? 'default';
  }
  const idle = idleAddress(read);
  if (idle) problems.push(idle);
  problems.push(...idleFlags(read));
  for (const { key, problem } of strayingSecrets(read)) {
    problems.push(problem);
    delete settings[key];
  }
  const straying = await strayingSources(read);
  if (straying.length > 0) {
    problems.push(...straying);
    settings.sources = [];
  }
  if (debug.config) tellSettings(read);
  return read;
}

function tellSettings({ settings, origins, layers, file, ownFile, problems }: ReadSettings): void {
  debug.config?.(file === undefined ? 'no configuration file' : `read ${file}`);
  if (ownFile !== undefined) debug.config?.(`read ${ownFile}`);
  for (const setting of settingsTable) {
    const { key } = setting;
    if (layers[key] === undefined || layers[key] === 'default') continue;
    const value = JSON.stringify(shownValue(setting, settings[key]));
    debug.config?.(`${key} is ${value}, from ${origins[key]}`);
  }
  for (const problem of problems) debug.config?.(`wrong: ${told(problem)}`);
}

interface Found {
  value: unknown;
  origin: Origin;
  layer: Layer;
}

function firstRight(
  candidates: readonly (Found | undefined)[],
  setting: Setting,
  problems: UsageError[],
): Found | undefined {
  for (const found of candidates) {
    if (!found) continue;
    const problem = problemWith(setting, found.value);
    if (!problem) return found;
    problems.push(new UsageError(`${found.origin}: ${problem}.`));
  }
  return undefined;
}

function fromFlag(setting: Setting, typed: unknown): Found | undefined {
  if (typed === undefined) return undefined;
  const origin = setting.flag === undefined ? setting.key : longName(setting.flag);
  return { value: readTyped(setting, typed), origin, layer: 'flag' };
}

/** `--url` without `--embedder openai` would be ignored, and texts would go elsewhere. */
function idleAddress({ settings, origins, layers }: LoadedSettings): UsageError | undefined {
  if (settings.url === undefined || settings.embedder === 'openai') return undefined;
  if (layers.url !== 'flag' && layers.embedder !== 'default') return undefined;
  return new UsageError(
    `${origins.url} counts with --embedder openai alone: add that, or name an Ollama with --ollama-url (and this one behind it, with openai+ before its address).`,
  );
}

/** Flags that another setting makes idle: what was asked for by name is used, or refused. */
function idleFlags({ settings, origins, layers }: LoadedSettings): UsageError[] {
  const values: { readonly [key in string]?: unknown } = { ...settings };
  return settingsTable.flatMap(({ key, flagWhile = {} }) => {
    if (layers[key] !== 'flag') return [];
    const [other] = Object.entries(flagWhile).filter(
      ([name, wanted]) => !wanted?.includes(String(values[name])),
    );
    if (other === undefined) return [];
    const [name, wanted = []] = other;
    const where = origins[name as keyof Settings] ?? name;
    return new UsageError(
      `${origins[key]} counts with ${name} ${wanted.join(' or ')}, not with ${values[name]} (of ${where}): leave one of them out.`,
    );
  });
}

/** Whether the variable of a setting counts with what is known of the others so far. */
export function counts(
  { envWhile = {} }: Setting,
  settings: { readonly [key in string]?: unknown },
): boolean {
  return Object.entries(envWhile).every(([key, values]) => values?.includes(String(settings[key])));
}

function fromEnvironment(setting: Setting, env: NodeJS.ProcessEnv): Found | undefined {
  for (const name of [setting.env, setting.envToo]) {
    const text = name === undefined ? undefined : variable(name, env);
    if (text !== undefined) return { value: readText(setting, text), origin: name!, layer: 'environment' };
  }
  return undefined;
}

function fromFile(setting: Setting, { path, values }: ConfigFile, layer: 'file' | 'own'): Found | undefined {
  const raw = Object.hasOwn(values, setting.key) ? values[setting.key] : undefined;
  if (raw === undefined) return undefined;
  const value = readWritten(setting, raw, dirname(path));
  return { value, origin: `${path} (${setting.key})`, layer };
}

/** Of one file; more are counted. */
const maxUnknown = 20;

function unknownKeys({ path, values }: ConfigFile): UsageError[] {
  const known = settingsTable.map((setting) => setting.key as string);
  const unknown = Object.keys(values).filter((key) => !known.includes(key) && key !== '$schema');
  const more = unknown.length - maxUnknown;
  const rest = more > 0 ? [new UsageError(`${path}: ${plural(more, 'more unknown key')}.`)] : [];
  return unknown
    .slice(0, maxUnknown)
    .map((key) => {
      const right = nearest(key, known);
      const hint = right === undefined ? '`embed config` lists the keys.' : `did you mean "${right}"?`;
      return new UsageError(`${path}: unknown key "${key}"; ${hint}`);
    })
    .concat(rest);
}
