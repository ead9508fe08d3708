// Finds and parses the configuration file of a folder. Files are data: nothing in them is executed.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors.js';

/** Names looked for, first match wins; `package.json` counts when it has a `batch` property. */
const CONFIG_FILES = ['.batchrc', '.batchrc.json', '.batchrc.yaml', '.batchrc.yml', 'package.json'];

export interface ConfigFile {
  path: string;
  values: Record<string, unknown>;
}

/**
 * The configuration nearest to `folder`: there, else in a parent folder up to the one that holds `.git`.
 *
 * Only cosmiconfig's parsers are used, not its search: every explorer of cosmiconfig 9 first looks for a
 * configuration of its own in the working folder, and would run a `.config/config.js` found there.
 * @throws {UsageError} when a file can't be read or isn't an object
 */
export async function findConfigFile(folder: string): Promise<ConfigFile | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    for (const name of CONFIG_FILES) {
      const path = join(at, name);
      if (!existsSync(path)) continue;
      const file = await readConfigFile(path);
      if (file) return file;
    }
    if (existsSync(join(at, '.git')) || dirname(at) === at) return undefined;
  }
}

/** One file; undefined for a `package.json` without a `batch` property. */
async function readConfigFile(path: string): Promise<ConfigFile | undefined> {
  const name = basename(path);
  const isPackage = name === 'package.json';
  let content: unknown;
  try {
    const text = readFileSync(path, 'utf8');
    if (isPackage && !text.includes('"batch"')) return undefined;
    const { defaultLoadersSync } = await import('cosmiconfig');
    const loader = defaultLoadersSync[name.endsWith('.json') ? '.json' : '.yaml'];
    content = text.trim() === '' ? {} : loader(path, text);
  } catch (cause) {
    if (isPackage) return undefined; // not ours to complain about
    throw new UsageError(
      `${path} can't be read (${reason(cause)}): mend it as .batchrc.example.json shows.`,
      {
        cause,
      },
    );
  }
  const values = isPackage ? (content as Record<string, unknown> | null)?.batch : content;
  if (isPackage && values === undefined) return undefined;
  if (values === null || typeof values !== 'object' || Array.isArray(values)) {
    throw new UsageError(`${path} must hold an object of settings, as .batchrc.example.json shows.`);
  }
  return { path, values: values as Record<string, unknown> };
}

/** The parser's or the system's own words, on one line and without the path. */
function reason(cause: unknown): string {
  const lines = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  const told = lines[0]!.endsWith(':') ? lines[1] : lines[0];
  return (told ?? '').trim();
}
