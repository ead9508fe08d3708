// Variables of the environment, as the help lists them.
import { longName } from '../../config/about.js';
import { type Setting, settingsTable } from '../../config/settings.js';
import type { FlagName } from '../declared/command.js';
import { ownFlags } from '../declared/flags.js';
import type { Row } from './page.js';

/** Settings without a flag, by a setting beside which they count. */
const beside: Readonly<Record<string, FlagName>> = {
  ollamaApiKey: 'ollamaUrl',
  openaiApiKey: 'url',
  redisHost: 'redisUrl',
  redisPort: 'redisUrl',
  redisPassword: 'redisUrl',
  redisDb: 'redisUrl',
  batchInterval: 'maxQueue',
};

/** Those that say what flags of a command do, too, or stand beside them. */
export function variablesOf(flags: readonly FlagName[]): Row[] {
  const has = (name: string) => flags.includes(name as FlagName);
  const settings = settingsTable.filter(({ key }) => has(key) || has(beside[key] ?? ''));
  const own = Object.entries(ownFlags).filter(([name]) => has(name));
  return [...settings.flatMap(settingRow), ...own.flatMap(([, flag]) => ownRow(flag))];
}

/** All variables of settings and of flags. */
export function allVariables(): Row[] {
  return [...settingsTable.flatMap(settingRow), ...Object.values(ownFlags).flatMap(ownRow)];
}

function settingRow({ env, flag, help }: Setting): Row[] {
  if (env === undefined) return [];
  return [{ term: env, text: flag === undefined ? help : `${longName(flag)}: ${help}` }];
}

function ownRow(flag: { flag: string; env?: string; help: string }): Row[] {
  return flag.env === undefined ? [] : [{ term: flag.env, text: `${longName(flag.flag)}: ${flag.help}` }];
}
