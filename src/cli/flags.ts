// Settings as commander options, and back: every command takes its flags from the table of settings.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readText, typedValue } from '../config/kinds/rule.js';
import { loadSettings } from '../config/load.js';
import type { LoadedSettings } from '../config/origins.js';
import { type Setting, type Settings, settingsTable } from '../config/settings.js';
import { addressesFromFile } from '../config/stray-secrets.js';
import { expandHome } from '../files/home.js';
import { type Printable, printable } from '../text/printable.js';
import { parseSize } from '../text/sizes.js';

/**
 * Adds the flags of `keys`, in the table's order; all that have a flag when none are named. `embed serve` has
 * defaults of its own.
 */
export function addSettings(command: Command, keys?: readonly (keyof Settings)[]): Command {
  const isServe = command.name() === 'serve';
  for (const setting of settingsTable) {
    if (setting.flag === undefined || (keys && !keys.includes(setting.key))) continue;
    command.addOption(optionFor(setting.flag, setting, isServe ? setting.serveDefault : undefined));
  }
  return command;
}

function optionFor(flag: string, setting: Setting, ownDefault: unknown): Option {
  const option = new Option(flag, describe(setting, ownDefault));
  if (setting.kind === 'list') {
    option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  }
  return option;
}

function describe(setting: Setting, ownDefault: unknown): string {
  const choices = setting.kind === 'choice' ? setting.choices.join(', ') : undefined;
  const notes = [choices, defaultOf(setting, ownDefault)].filter((note) => note !== undefined).join('; ');
  return notes === '' ? setting.help : `${setting.help} (${notes})`;
}

function defaultOf(setting: Setting, ownDefault: unknown): string | undefined {
  const value = ownDefault ?? setting.default ?? setting.otherwise;
  // A flag that is there or isn't says itself what happens without it.
  if (setting.kind === 'boolean') return undefined;
  const shown = value === undefined ? setting.decided : typedValue(setting, value);
  return shown === undefined || shown === '' ? undefined : `default: ${shown}`;
}

/** The settings for a parsed command. */
export function settingsFor(command: Command): Promise<LoadedSettings> {
  return loadSettings({ flags: typedSettings(command) });
}

/** Says which servers a file names: it may have come with another person's folder. */
export function tellAddresses(loaded: LoadedSettings, tell: (line: Printable) => void): void {
  const line = addressesFromFile(loaded);
  if (line !== undefined) tell(printable(line, 2000));
}

/** Settings as they were typed. Options at commander's own default don't count. */
export function typedSettings(command: Command): Partial<Record<keyof Settings, unknown>> {
  const flags: Partial<Record<keyof Settings, unknown>> = {};
  for (const { key } of settingsTable) {
    if (command.getOptionValueSource(key) === 'cli') flags[key] = command.getOptionValue(key);
  }
  return flags;
}

/** For commander: a path, in which the shell replaces no `~` when it is in quotes or after a `=`. */
export function path(text: string): string {
  return expandHome(text);
}

/** For commander: the same, for an argument that may be repeated. */
export function paths(text: string, before: string[] = []): string[] {
  return [...before, path(text)];
}

/** A timer of Node's that is longer ends at once. */
const maxDurationMs = 24 * 86_400_000;

/** For commander: a time in ms, above 0. */
export function milliseconds(text: string): number {
  const value = readText({ kind: 'duration', unit: 'ms', least: 1, most: maxDurationMs }, text);
  if (typeof value === 'number' && value > 0 && value <= maxDurationMs) return value;
  throw new InvalidArgumentError('Expected a time such as 90s or 10m, at most 24d.');
}

/** For commander: a size in bytes. */
export function size(text: string): number {
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  throw new InvalidArgumentError('Expected a size such as 500MB, 2GB or 64MiB.');
}

/** For commander: a whole number from 1 up. */
export function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1 up.');
  return Number(text);
}
