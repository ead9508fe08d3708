// Finds and parses the configuration file of a folder. Files are data: nothing in them is executed.
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { variable } from '../environment.js';
import { UsageError } from '../errors.js';
import { readForeign } from '../files/foreign-file.js';
import { homeFolder } from '../files/home.js';
import { isObject, isPlain } from '../text/plain-json.js';

/** Names looked for, first match wins; `package.json` counts when it has a `batch` property. */
const configFiles = ['.batchrc', '.batchrc.json', '.batchrc.yaml', '.batchrc.yml', 'package.json'];

const ownName = join('embed', 'config.yaml');

/** In bytes. No configuration file is that large. */
const maxFileBytes = 1024 * 1024;

/** The patterns of a source are the deepest of all settings. */
const valueBounds = { levels: 4, parts: 10_000 };

export interface ConfigFile {
  path: string;
  values: Record<string, unknown>;
}

/**
 * The configuration nearest to `folder`: there, else in a parent folder up to the one that holds `.git`.
 *
 * Only cosmiconfig's parsers are used, not its search: every explorer of cosmiconfig 9 first looks for a
 * configuration of its own in the working folder, and would run a `.config/config.js` found there.
 * @throws {UsageError} when a file can't be read, isn't an object, or holds more than settings can be
 */
export async function findConfigFile(folder: string): Promise<ConfigFile | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    for (const name of configFiles) {
      const path = join(at, name);
      if (!existsSync(path)) continue;
      const file = await readConfigFile(path);
      if (file) return file;
    }
    if (existsSync(join(at, '.git')) || dirname(at) === at) return undefined;
  }
}

/**
 * A file that the user named.
 * @throws {UsageError} as {@link findConfigFile}, and when it isn't there, or is a `package.json` without settings
 */
export async function namedConfigFile(path: string): Promise<ConfigFile> {
  if (!existsSync(path)) throw new UsageError(`--config: there is no file ${path}: check its path.`);
  const file = await readConfigFile(path);
  if (file === undefined)
    throw new UsageError(`--config: ${path} holds no settings ("batch"): name another file.`);
  return file;
}

/**
 * The file of the user's own, `embed/config.yaml` in their folder of configurations.
 * @throws {UsageError} as {@link findConfigFile}
 */
export async function ownConfigFile(env: NodeJS.ProcessEnv): Promise<ConfigFile | undefined> {
  const path = ownConfigPath(env);
  return path !== undefined && existsSync(path) ? await readConfigFile(path) : undefined;
}

/** By the rules of XDG: a relative XDG_CONFIG_HOME doesn't count. */
function ownConfigPath(env: NodeJS.ProcessEnv): string | undefined {
  const set = variable('XDG_CONFIG_HOME', env);
  if (set !== undefined && isAbsolute(set)) return join(set, ownName);
  const home = variable('HOME', env) ?? (env === process.env ? homeFolder() : undefined);
  return home !== undefined && isAbsolute(home) ? join(home, '.config', ownName) : undefined;
}

/** One file; undefined for a `package.json` without a `batch` property. */
async function readConfigFile(path: string): Promise<ConfigFile | undefined> {
  const name = basename(path);
  const isPackage = name === 'package.json';
  let text: string;
  try {
    const bytes = readForeign(path, maxFileBytes);
    // A package.json without settings of ours is not ours to complain about.
    if (isPackage && !/"batch"\s*:/.test(bytes.toString('latin1').replaceAll('\0', ''))) return undefined;
    text = decode(bytes);
  } catch (cause) {
    if (isPackage && isSystemError(cause)) return undefined;
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const content = text.trim() === '' ? {} : await parsed(path, text);
  const values = isPackage ? (content as Record<string, unknown> | null)?.batch : content;
  if (isPackage && values === undefined) return undefined;
  if (!isObject(values)) {
    throw new UsageError(`${path} must hold an object of settings, as .batchrc.example.json shows.`);
  }
  if (!isPlain(values, valueBounds)) {
    throw new UsageError(
      `${path} holds more than settings (lists in lists, or far too many values): mend it as .batchrc.example.json shows.`,
    );
  }
  return { path, values: values as Record<string, unknown> };
}

/**
 * What editors of Windows write, too: UTF-8 and UTF-16 after a byte order mark.
 * @throws for anything else that isn't UTF-8
 */
function decode(bytes: Buffer): string {
  const mark = bytes.toString('latin1', 0, 2);
  const encoding = { '\xff\xfe': 'utf-16le', '\xfe\xff': 'utf-16be' }[mark] ?? 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  throw new Error('it is not UTF-8: save it as that');
}

/** No permission, a folder of this name: the errors of reading itself. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

/** @throws {UsageError} with the place of the fault, and nothing of the text */
async function parsed(path: string, text: string): Promise<unknown> {
  const kind = path.endsWith('.json') ? 'json' : 'yaml';
  const { defaultLoadersSync } = await import('cosmiconfig');
  try {
    return defaultLoadersSync[`.${kind}`](path, text);
  } catch (cause) {
    const { syntaxFault } = await import('./syntax-fault.js');
    throw unreadable(path, await syntaxFault(cause, text, kind), cause);
  }
}

function unreadable(path: string, why: string, cause: unknown): UsageError {
  return new UsageError(`${path} can't be read (${why}): mend it as .batchrc.example.json shows.`, { cause });
}
