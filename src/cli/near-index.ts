// The index that a command reads where none is named: that of the working folder, else of the nearest folder above it, as the
// configuration file is found; and the servers that this user named when it was made.
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { asBegun, asMade, isThere } from '../commands/as-made.js';
import { withBegunFlags } from '../commands/begun-flags.js';
import { pathsOfRun } from '../config/kinds/sources.js';
import type { LoadedSettings } from '../config/origins.js';
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { isIn } from '../files/inside-folder.js';
import { manifestName, runName } from '../output/format/owned-names.js';
import { quoted } from '../text/plural.js';
import { type Printable, printable, say } from '../text/printable.js';
import { keepNotice } from './terminal/told-notices.js';

/** Present in every output, and while a first run makes one. */
const marks = [manifestName, runName];

/**
 * Settings for reading an output that may be named by an argument.
 * @param dir the argument; undefined where none was given
 * @param out as `--out` was given
 * @throws {UsageError} when both name one
 */
export function namedIndex(loaded: LoadedSettings, dir: string | undefined, out: unknown): Settings {
  if (dir === undefined) return nearIndex(loaded);
  if (out !== undefined) throw new UsageError('Name the output once: as an argument, or by --out.');
  return { ...loaded.settings, out: dir };
}

/** Settings for reading: with the output of a folder above where `out` was said nowhere, and this one has none. */
export function nearIndex({ settings, layers }: LoadedSettings, cwd = process.cwd()): Settings {
  if (layers.out !== 'default' || holdsIndex(resolve(cwd, settings.out))) return settings;
  const above = indexAbove(settings.out, cwd);
  return above === undefined ? settings : { ...settings, out: relative(cwd, above) };
}

/**
 * Settings for a run. In a folder below an index that has all that is named, it brings that one up to date; else it makes one
 * here, and says so, as commands here read this one from then on. Sources of a folder's file have theirs beside that file.
 * @param paths as typed; none: the sources of the settings
 * @param tell called with a line for people
 */
export async function indexOfRun(
  loaded: LoadedSettings,
  paths: readonly string[],
  tell: (line: Printable) => void,
  cwd = process.cwd(),
): Promise<LoadedSettings> {
  const { settings, layers, file } = loaded;
  const here = resolve(cwd, settings.out);
  if (layers.out !== 'default' || hasIndex(here)) return loaded;
  const named = pathsOfRun(paths, settings.sources);
  const at = (out: string) => ({ ...loaded, settings: { ...settings, out: relative(cwd, out) } });
  const above = indexAbove(settings.out, cwd);
  if (above !== undefined) {
    const { holdsPaths } = await import('../commands/index-above.js');
    if (await holdsPaths(above, named, cwd)) return at(above);
  }
  const home = file !== undefined && layers.sources === 'file' ? dirname(file) : cwd;
  if (paths.length === 0 && home !== cwd && isIn(cwd, home)) return at(resolve(home, settings.out));
  if (above !== undefined) {
    const there = printable(quoted(relative(cwd, above)));
    const line = say`An index of its own begins in ${printable(settings.out)}, as that of ${there} doesn't have what is named; to add it there: --out ${there}`;
    keepNotice('notice', 'second-index', line);
    tell(line);
  }
  return loaded;
}

/** The index of the nearest folder above that has one, up to the repository's top; absolute. */
function indexAbove(out: string, cwd: string): string | undefined {
  for (let at = cwd; !existsSync(join(at, '.git')) && dirname(at) !== at; ) {
    at = dirname(at);
    const above = resolve(at, out);
    if (holdsIndex(above) && isOwn(above)) return above;
  }
  return undefined;
}

/** Whether an output is there, or shards of one. @param out absolute */
export function hasIndex(out: string): boolean {
  return holdsIndex(out) || isThere(out);
}

function holdsIndex(out: string): boolean {
  return marks.some((name) => existsSync(join(out, name)));
}

/** In a folder that many may write to, another user's index might stand above. */
function isOwn(out: string): boolean {
  const user = process.getuid?.();
  return user === undefined || statSync(out, { throwIfNoEntry: false })?.uid === user;
}

/**
 * Asks the Ollama servers that this user named by flag or variable when the index was made, where nothing is said now.
 * @param tell called with a line for people
 */
export function withNotedServers(loaded: LoadedSettings, tell: (line: Printable) => void): LoadedSettings {
  return tellServers(asMade(loaded), loaded, tell);
}

function tellServers(
  noted: LoadedSettings,
  loaded: LoadedSettings,
  tell: (line: Printable) => void,
): LoadedSettings {
  const { ollamaUrl = [] } = noted.settings;
  if (noted !== loaded) {
    tellAsMade(say`Ollama: ${printable(ollamaUrl.join(', '), 1000)}, as the index was made`, tell);
  }
  return noted;
}

/** The same for a run, which may go on with a first one that was interrupted: with its flags, too. */
export function withBegunServers(loaded: LoadedSettings, tell: (line: Printable) => void): LoadedSettings {
  const begun = asBegun(loaded);
  const left = isThere(resolve(loaded.settings.out)) ? undefined : withBegunFlags(begun);
  if (left?.other !== undefined) {
    const line = say`A first run was interrupted, and this one makes other vectors or chunks (${printable(left.other, 200)}): what was embedded stays in the cache alone`;
    keepNotice('notice', 'journal-unused', line);
    tell(line);
  }
  const taken = left?.taken ?? [];
  const going = left?.loaded ?? begun;
  if (begun.settings.embedder === loaded.settings.embedder) {
    tellServers(begun, loaded, tell);
    if (taken.length > 0) tellAsMade(say`Going on with ${flagsShown(taken)}, as the interrupted run`, tell);
    return going;
  }
  const { embedder, model, ollamaUrl, url } = begun.settings;
  const addresses = (embedder === 'openai' ? url : ollamaUrl) ?? [];
  const at = addresses.length > 0 ? say` at ${printable(addresses.join(', '), 1000)}` : say``;
  const made = model === undefined ? say`the built-in embedder` : say`${printable(model)}${at}`;
  const and = taken.length > 0 ? say` and ${flagsShown(taken)}` : say``;
  tellAsMade(say`Going on with ${made}${and}, as the interrupted run`, tell);
  return going;
}

function flagsShown(flags: readonly string[]): Printable {
  return printable(flags.join(' '), 500);
}

function tellAsMade(line: Printable, tell: (line: Printable) => void): void {
  keepNotice('notice', 'as-made', line);
  tell(line);
}
