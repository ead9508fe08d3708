// src/doctor: `embed doctor`, checks of all that a run needs.
//
// In: settings and a budget of time. Out: lines in a fixed order, each with a status, a phrase and a command that repairs
// the fault. This file runs all groups of checks/ at once; a new group is one more entry in the list below. run-check.ts
// runs the checks of a group within their time; check.ts holds the types, which `--json` prints.
// What must hold: a check changes nothing (only `--fix` does), and one that hangs delays no other.
import { resolve } from 'node:path';
import type { ReadSettings } from '../config/load.js';
import type { Settings } from '../config/settings.js';
import { compareServers, compareSpaces } from '../embedders/guard/compare-spaces.js';
import { defaultUrl } from '../embedders/ollama/host.js';
import { listEmbeddingModels } from '../embedders/ollama/model-info.js';
import { baseUrlOf, type OpenAiAddress } from '../embedders/openai/address.js';
import { queueAddress } from '../embedders/queue/address.js';
import { shownDestination } from '../net/destination-address.js';
import { maskAddress, whereIs } from '../text/masked-address.js';
import type { VectorSpace } from '../types/space.js';
import { accessOf } from '../upstream/ollama-settings.js';
import { openAiAddresses } from '../upstream/open-openai.js';
import { type PoolAddress, parsePoolAddress } from '../upstream/pool-addresses.js';
import type { Check } from './check.js';
import { examineBuiltin } from './checks/builtin.js';
import { examineCache } from './checks/cache.js';
import { examineConfiguration } from './checks/configuration.js';
import { examineDestination } from './checks/destination.js';
import { examineFolders } from './checks/folders.js';
import type { GatewayAddress } from './checks/gateway.js';
import { examineNode } from './checks/node.js';
import { type Endpoint, examineEndpoint, sameEverywhere } from './checks/ollama.js';
import { examineOutput } from './checks/output.js';
import { addressOf, examineRedis } from './checks/redis.js';
import { Budget, Probe, said } from './run-check.js';

export interface ExamineOptions {
  read: ReadSettings;
  /** Folder that the output's path starts from. */
  cwd: string;
  /** Max time of all checks together, in ms. */
  timeoutMs: number;
  /** Further max wait for servers and models to start, in ms. */
  waitMs: number;
  signal: AbortSignal;
}

/** @returns the lines of the report, in its order */
export async function examine({ read, cwd, timeoutMs, waitMs, signal }: ExamineOptions): Promise<Check[]> {
  const { settings } = read;
  const budget = new Budget(timeoutMs + waitMs, signal);
  const out = resolve(cwd, settings.out);
  const output = new Probe('output', budget, out);
  const previous = examineOutput(output, out);
  const groups: Promise<Probe[]>[] = [
    one(new Probe('node', budget), examineNode),
    one(new Probe('configuration', budget), (probe) => examineConfiguration(probe, read)),
    redisGroup(budget, settings),
    one(new Probe('cache', budget), (probe) => examineCache(probe, settings)),
    embedderGroups(budget, read, previous, waitMs),
    one(new Probe('folders', budget), (probe) => examineFolders(probe, settings, out)),
    previous.then(() => [output]),
    ...settings.sync.map((address) =>
      one(new Probe('destination', budget, shownDestination(address)), (probe) =>
        examineDestination(probe, { address, read, out, cwd }),
      ),
    ),
  ];
  return (await Promise.all(groups)).flat().flatMap((probe) => probe.checks);
}

/** @returns the lines about a running gateway, which may be on another machine with other settings */
export async function examineOnlyGateway(
  address: GatewayAddress,
  { timeoutMs, waitMs, signal }: Pick<ExamineOptions, 'timeoutMs' | 'waitMs' | 'signal'>,
): Promise<Check[]> {
  const { examineGateway } = await import('./checks/gateway.js');
  const probe = new Probe('gateway', new Budget(timeoutMs + waitMs, signal), address.url.origin);
  await examineGateway(probe, address, waitMs);
  return probe.checks;
}

async function one(probe: Probe, look: (probe: Probe) => Promise<unknown>): Promise<Probe[]> {
  await look(probe);
  return [probe];
}

async function redisGroup(budget: Budget, settings: Settings): Promise<Probe[]> {
  try {
    const address = settings.cache === 'disk' || settings.cache === 'none' ? undefined : addressOf(settings);
    if (address === undefined && settings.cache !== 'auto') return [];
    return await one(new Probe('redis', budget, address?.shown), (probe) =>
      examineRedis(probe, settings, address),
    );
  } catch (error) {
    budget.signal.throwIfAborted();
    return await one(new Probe('redis', budget), (probe) =>
      probe.check('address', 'Address', () => ({
        status: 'failure',
        seen: said(error),
        mend: 'embed config',
      })),
    );
  }
}

/** The embedders that a run could use, by its rules: the named one, the one of the output, or what is found. */
async function embedderGroups(
  budget: Budget,
  read: ReadSettings,
  output: Promise<VectorSpace | undefined>,
  waitMs: number,
): Promise<Probe[]> {
  const { settings } = read;
  const previous = await output;
  const { embedder, model, ollamaUrl } = settings;
  if (settings.queue !== undefined) return await queueGroup(budget, settings, previous, waitMs);
  if (embedder === 'openai') return await openAiGroups(budget, settings, previous, waitMs);
  const named = embedder === 'ollama' || model !== undefined;
  const builtin = embedder === 'builtin' || (!named && previous?.embedder === 'builtin');
  const probes: Probe[] = [];
  let usable = false;
  // Configured servers are checked even when the output uses the built-in embedder.
  if (embedder !== 'builtin' && (!builtin || ollamaUrl)) {
    const optional = !named && !ollamaUrl && previous === undefined;
    const found = await endpointGroups(budget, read, {
      optional,
      previous: builtin ? undefined : previous,
      waitMs,
    });
    probes.push(...found.probes);
    usable = found.usable || !optional;
  }
  if (builtin || !usable) {
    probes.push(...(await one(new Probe('builtin', budget), (probe) => examineBuiltin(probe, previous))));
  }
  return probes;
}

async function queueGroup(
  budget: Budget,
  settings: Settings,
  previous: VectorSpace | undefined,
  waitMs: number,
): Promise<Probe[]> {
  const { examineQueue } = await import('./checks/queue.js');
  try {
    const address = queueAddress(settings.queue!);
    return await one(new Probe('queue', budget, address.shown), (probe) =>
      examineQueue(probe, address, settings, previous, waitMs),
    );
  } catch (error) {
    budget.signal.throwIfAborted();
    return await one(new Probe('queue', budget), (probe) =>
      probe.check('address', 'Address', () => ({
        status: 'failure',
        seen: said(error),
        mend: 'embed config',
      })),
    );
  }
}

async function openAiGroups(
  budget: Budget,
  settings: Settings,
  output: VectorSpace | undefined,
  waitMs: number,
): Promise<Probe[]> {
  const previous = output?.embedder === 'openai' ? output : undefined;
  const { examineOpenAi } = await import('./checks/openai.js');
  let addresses: OpenAiAddress[];
  try {
    addresses = openAiAddresses(settings);
  } catch (error) {
    return await one(new Probe('openai', budget), (probe) =>
      probe.check('address', 'Address', () => ({
        status: 'failure',
        seen: said(error),
        mend: 'embed config',
      })),
    );
  }
  const model = settings.model ?? previous?.model;
  const probes: Probe[] = [];
  const looks = addresses.map((address) => {
    const probe = new Probe('openai', budget, baseUrlOf(address));
    probes.push(probe);
    return examineOpenAi(probe, { address, settings, model, previous, waitMs });
  });
  const endpoints = await Promise.all(looks);
  if (addresses.length > 1) {
    if (endpoints.some(({ usable }) => usable)) for (const probe of probes) spare(probe);
    const all = new Probe('openai', budget, 'all endpoints');
    await all.check('endpoints', 'Alike', () => sameEverywhere(endpoints, compareSpaces));
    probes.push(all);
  }
  return probes;
}

async function endpointGroups(
  budget: Budget,
  read: ReadSettings,
  options: { optional: boolean; previous: VectorSpace | undefined; waitMs: number },
): Promise<{ probes: Probe[]; usable: boolean }> {
  const { settings } = read;
  const addresses = settings.ollamaUrl ?? [defaultUrl];
  const parsed = addresses.map(addressOrSentence);
  const urls = parsed.flatMap((one) => (typeof one !== 'string' && one.api === 'ollama' ? one.url : []));
  const { previous } = options;
  const known = previous?.embedder === 'ollama' ? previous.model : undefined;
  const model = settings.model ?? known ?? (await commonModel(urls, settings, budget));
  const probes: Probe[] = [];
  const looks = parsed.map(async (address, i): Promise<Endpoint | undefined> => {
    const isWrong = typeof address === 'string';
    const of = !isWrong && address.api === 'openai' ? 'openai' : 'ollama';
    const probe = new Probe(of, budget, isWrong ? maskAddress(addresses[i]!) : whereIs(address.url));
    probes.push(probe);
    if (!isWrong && address.api === 'openai') {
      const { examineOpenAi } = await import('./checks/openai.js');
      return await examineOpenAi(probe, { ...options, address, settings, model, previous: undefined });
    }
    if (!isWrong) {
      return await examineEndpoint(probe, {
        url: address.url,
        settings,
        model,
        strangeModel: strangerOf(read, known),
        ...options,
      });
    }
    await probe.check('address', 'Address', () => ({
      status: 'failure',
      seen: address,
      mend: 'embed config',
    }));
    return undefined;
  });
  const endpoints = (await Promise.all(looks)).filter((endpoint) => endpoint !== undefined);
  const usable = endpoints.some((endpoint) => endpoint.usable);
  if (addresses.length > 1) {
    if (usable) for (const probe of probes) spare(probe);
    const all = new Probe('ollama', budget, 'all endpoints');
    await all.check('endpoints', 'Alike', () => sameEverywhere(endpoints, compareServers));
    probes.push(all);
  }
  return { probes, usable };
}

/** Origin of the model's name, if the user didn't give it: a file, an output or a server may be a stranger's. */
function strangerOf({ settings, layers, file }: ReadSettings, known: string | undefined): string | undefined {
  if (settings.model !== undefined) return layers.model === 'file' ? file : undefined;
  return known === undefined ? 'another server' : 'the output';
}

/** A server's address, or why it is invalid. */
function addressOrSentence(address: string, place: number): PoolAddress | string {
  try {
    return parsePoolAddress(address, place);
  } catch (error) {
    return said(error);
  }
}

/** Without a named model, all servers need the same one: as in a run, the best model of the first server that is up. */
async function commonModel(
  urls: readonly URL[],
  settings: Settings,
  { signal }: Budget,
): Promise<string | undefined> {
  if (urls.length === 1) return undefined;
  const ask = { ...accessOf(settings), signal, timeoutMs: 1000 };
  const lists = await Promise.allSettled(urls.map((url) => listEmbeddingModels(url, ask)));
  signal.throwIfAborted();
  return lists.flatMap((list) => (list.status === 'fulfilled' ? list.value.slice(0, 1) : []))[0];
}

/** Adds that a run goes on without a server that is down, while another is up. */
function spare(probe: Probe): void {
  for (const check of probe.checks) {
    if (!check.id.endsWith('.reachable') || check.status !== 'failure') continue;
    check.status = 'warning';
    check.seen += '; a run goes on without it';
  }
}
