// One flag, by its name: of a setting, or of the flags that are none.
import type { Rule } from '../../config/kinds/rule.js';
import { type Setting, settingsTable } from '../../config/settings.js';
import type { Described } from '../help/described.js';
import type { CommandDeclaration, FlagName } from './command.js';
import { type OwnFlags, ownFlags } from './flags.js';

export type FlagDeclaration = Rule & Described & { flag: string };

const settings = new Map<string, Setting>(settingsTable.map((setting) => [setting.key, setting]));

export function isSetting(name: FlagName): boolean {
  return settings.has(name);
}

/** Its declaration. */
export function flagOf(name: FlagName): FlagDeclaration {
  const flag = settings.get(name) ?? ownFlags[name as keyof OwnFlags];
  if (flag?.flag === undefined) throw new Error(`${name} has no flag`);
  return flag as FlagDeclaration;
}

/** The same as it is in a command: with its default there, and whether it may be repeated there alone. */
export function flagIn(command: CommandDeclaration, name: FlagName): FlagDeclaration & { isMany: boolean } {
  const isMany = (command.apart as Readonly<Record<string, string>> | undefined)?.[name] === 'many';
  const flag = { ...flagOf(name), isMany };
  const own = settings.get(name)?.serveDefault;
  if (command.name === 'serve' && own !== undefined) flag.default = own;
  const here = command.here?.[name];
  if (here !== undefined) flag.help = here.help;
  if (isMany) flag.help += '; repeatable';
  return flag;
}
