// Which way secrets go. A configuration file comes with any folder that a user clones: an address in it must
// not make the program send the secrets of the environment to a stranger's server.

import { UsageError } from '../errors.js';
import { maskAddress, meansThisMachine } from '../net/masked-address.js';
import type { SecretUse } from './about.js';
import { namesServers } from './kinds/rule.js';
import type { LoadedSettings } from './origins.js';
import { type Setting, type Settings, settingsTable } from './settings.js';

/**
 * Secrets of the environment (or of a flag) that would go to an address which only a file names. Addresses of
 * the environment, of a flag and of this machine are fine, and so is a file that names both.
 */
export function strayingSecrets(loaded: LoadedSettings): { key: keyof Settings; problem: UsageError }[] {
  return settingsTable.flatMap((setting) => {
    const { key, secretFor } = setting;
    const { settings, layers } = loaded;
    if (!secretFor || settings[key] === undefined || layers[key] === 'file') return [];
    if (isIdle(settings, secretFor)) return [];
    const problem = strays(setting, addressesOf(secretFor, settings), loaded);
    return problem ? [{ key, problem }] : [];
  });
}

/** `Addresses from /srv/docs/.batchrc: ollamaUrl http://gpu:11434`; undefined when all are named elsewhere. */
export function addressesFromFile({ settings, layers, file }: LoadedSettings): string | undefined {
  const named = settingsTable.filter((setting) => namesServers(setting) && layers[setting.key] === 'file');
  if (file === undefined || named.length === 0) return undefined;
  const list = named.map(({ key }) => `${key} ${textsOf(settings[key]).map(maskAddress).join(', ')}`);
  return `Addresses from ${file}: ${list.join('; ')}`;
}

function strays(
  secret: Setting,
  keys: readonly (keyof Settings)[],
  { settings, origins, layers }: LoadedSettings,
): UsageError | undefined {
  const [address] = keys;
  const culprit = keys.find((key) => layers[key] === 'file');
  if (address === undefined || culprit === undefined) return undefined;
  const foreign = textsOf(settings[address]).find((text) => !meansThisMachine(text) && !hasPassword(text));
  if (foreign === undefined) return undefined;
  const ways = keys.map((key) => settingsTable.find((setting) => setting.key === key)!);
  const variables = ways.map(({ env }) => env).join(' and ');
  const flag = /--[\w-]{1,40} <\w{1,40}>/.exec(ways[0]?.flag ?? '')?.[0];
  return new UsageError(
    `${origins[secret.key]} is not sent to ${maskAddress(foreign)}, since only ${origins[culprit]} says so: ` +
      `set ${variables} beside it${flag === undefined ? '' : `, or give ${flag}`}.`,
  );
}

function isIdle(settings: Settings, { unless = {} }: SecretUse<keyof Settings>): boolean {
  return Object.entries(unless).some(([key, values]) =>
    values?.includes(String(settings[key as keyof Settings])),
  );
}

/** The settings that decide where a secret goes. */
function addressesOf({ to }: SecretUse<keyof Settings>, settings: Settings): readonly (keyof Settings)[] {
  return to.find((keys) => keys.some((key) => settings[key] !== undefined)) ?? [];
}

/** An address that brings its own password is sent no other. */
function hasPassword(text: string): boolean {
  return URL.canParse(text) && new URL(text).password !== '';
}

function textsOf(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}
