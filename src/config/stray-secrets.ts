// Which way secrets go. A configuration file comes with any folder that a user clones: an address in it must
// not make the program send the secrets of the environment to a stranger's server.

import { UsageError } from '../errors.js';
import { wayTo } from '../net/choose-proxy.js';
import { isOfOpenAi, withoutApi } from '../net/server-api.js';
import { maskAddress, meansThisMachine } from '../text/masked-address.js';
import type { SecretUse } from './about.js';
import { namesServers } from './kinds/rule.js';
import type { LoadedSettings } from './origins.js';
import { type Setting, type Settings, settingsTable } from './settings.js';

/**
 * Secrets of the environment (or of a flag) that would go to an address which only a file names. Addresses of
 * the environment, of a flag and of this machine are fine, and so is a file that names both.
 */
export function strayingSecrets(loaded: LoadedSettings): { key: keyof Settings; problem: UsageError }[] {
  const byProxy = strayingProxy(loaded);
  const bySetting = settingsTable.flatMap((setting) => {
    const { key, secretFor } = setting;
    const { settings, layers } = loaded;
    if (!secretFor || settings[key] === undefined || layers[key] === 'file') return [];
    if (isIdle(settings, secretFor)) return [];
    const problem = strays(setting, addressesOf(secretFor, settings), loaded);
    return problem ? [{ key, problem }] : [];
  });
  return byProxy ? [byProxy, ...bySetting] : bySetting;
}

/**
 * A proxy that only a file names would read what is sent to servers at `http://` addresses: a token or a password that
 * the file doesn't have must not go by it. What goes to an `https://` address is encrypted up to the server.
 */
function strayingProxy({ settings, origins, layers }: LoadedSettings) {
  const { httpProxy, embedder } = settings;
  if (httpProxy === undefined || layers.httpProxy !== 'file' || embedder === 'builtin') return undefined;
  const [address, key] =
    embedder === 'openai' ? (['url', 'openaiApiKey'] as const) : (['ollamaUrl', 'ollamaApiKey'] as const);
  const proxied = (settings[address] ?? []).filter((one) => goesByProxy(one, settings));
  const hasKey = settings[key] !== undefined && layers[key] !== 'file' && proxied.length > 0;
  const hasLogin = layers[address] !== 'file' && proxied.some((one) => one.includes('@'));
  if (!hasKey && !hasLogin) return undefined;
  const problem = new UsageError(
    `${hasKey ? origins[key] : `The password in ${origins[address]}`} is not sent by the proxy ` +
      `${maskAddress(httpProxy)}, since only ${origins.httpProxy} says so: set HTTP_PROXY beside it, or give --http-proxy <url>.`,
  );
  return { key: 'httpProxy', problem } as const;
}

function goesByProxy(given: string, settings: Settings): boolean {
  const address = withoutApi(given);
  const text = address.includes('://') ? address : `http://${address}`;
  // What can't be read here may be read elsewhere.
  if (!URL.canParse(text)) return true;
  const url = new URL(text);
  try {
    return url.protocol === 'http:' && typeof wayTo(url, settings) !== 'string';
  } catch {
    return false; // A proxy that can't be used gets nothing.
  }
}

/**
 * `Addresses from /srv/docs/.batchrc: ollamaUrl http://gpu:11434`; undefined when all are named elsewhere, or mean this
 * machine, as those of most folders do.
 */
export function addressesFromFile({ settings, layers, file }: LoadedSettings): string | undefined {
  if (file === undefined) return undefined;
  const named = settingsTable.flatMap((setting) => {
    if (!namesServers(setting) || layers[setting.key] !== 'file') return [];
    const elsewhere = textsOf(settings[setting.key]).filter((text) => !meansThisMachine(text));
    return elsewhere.length === 0 ? [] : [`${setting.key} ${elsewhere.map(maskAddress).join(', ')}`];
  });
  return named.length === 0 ? undefined : `Addresses from ${file}: ${named.join('; ')}`;
}

function strays(
  secret: Setting,
  keys: readonly (keyof Settings)[],
  { settings, origins, layers }: LoadedSettings,
): UsageError | undefined {
  const [address] = keys;
  const culprit = keys.find((key) => layers[key] === 'file');
  if (address === undefined || culprit === undefined) return undefined;
  // The key of one API is sent to no server of another.
  const servers = textsOf(settings[address]).filter((text) => !isOfOpenAi(text));
  const foreign = servers.find((text) => !meansThisMachine(text) && !hasPassword(text));
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
