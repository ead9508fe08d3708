// The files of deploy/ as data, and what several tests ask of them.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { createParser } from '../../src/cli/parser.js';
import { settingsTable } from '../../src/config/settings.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const deployFolder = join(root, 'deploy');

export const read = (path: string): string => readFileSync(join(deployFolder, path), 'utf8');

/** Paths below deploy/, folders included, by a pattern. */
export function filesIn(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(deployFolder, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(deployFolder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** Every document of a YAML file; merge keys are followed. */
export function yamlOf(path: string): unknown[] {
  return parseAllDocuments(read(path), { merge: true }).map((document) => {
    if ('errors' in document && document.errors.length > 0) throw document.errors[0];
    return document.toJS() as unknown;
  });
}

/** The project's version, by which its image is named. */
export const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string })
  .version;

/** Flags of a command line that its subcommand doesn't have; `undefined` names a subcommand that isn't there. */
export function unknownFlags([name, ...args]: readonly string[]): (string | undefined)[] {
  const command = createParser(async () => undefined).commands.find((one) => one.name() === name);
  if (command === undefined) return [undefined];
  const known = new Set(command.options.flatMap(({ long, short }) => [long, short]));
  return args.filter((arg) => /^--?[a-z]/.test(arg) && !known.has(arg));
}

/** Variables that the program reads: those of the settings and of the gateway. */
export const knownVariables = new Set([
  ...settingsTable.flatMap(({ env }) => env ?? []),
  'EMBED_SERVE_TOKEN',
  'XDG_CACHE_HOME',
  'HOME',
  'NODE_ENV',
]);
