// Opens the Ollama servers of a run, with the model that is asked for or the best one that a server has.
import { openOllamaEmbedder } from '../embedders/ollama/embedder.js';
import { defaultUrl } from '../embedders/ollama/host.js';
import { hasModel, listEmbeddingModels } from '../embedders/ollama/model-info.js';
import { baseUrlOf } from '../embedders/openai/address.js';
import type { ServerAddress } from '../embedders/pool/member.js';
import { ServiceError } from '../errors.js';
import { isDown } from '../fault-policy.js';
import { whereIs } from '../text/masked-address.js';
import { settledInTime } from './ask-in-time.js';
import { accessOf, probeTimeoutMs, serverOptions } from './ollama-settings.js';
import { openOpenAiServer } from './open-openai.js';
import { openServers } from './open-servers.js';
import type { OpenEmbedderOptions, OpenedEmbedder } from './options.js';
import { type PoolAddress, poolAddresses } from './pool-addresses.js';

/**
 * Opens the configured servers, or the one on the default address.
 * @param asked the model; undefined for the best one of the server
 * @throws {ServiceError} when all servers are down, or one lacks the model
 * @throws {WrongVectorsError} when unlike texts get one vector, or servers differ
 */
export async function openOllama(
  options: OpenEmbedderOptions,
  asked: string | undefined,
): Promise<OpenedEmbedder> {
  const { settings, previous, events } = options;
  const addresses = poolAddresses(settings);
  const ollamas = addresses.filter(({ api }) => api === 'ollama');
  const model = asked ?? (await bestModel(ollamas, options));
  if (options.pull) await pullWhereMissing(ollamas, model, options);
  if (!previous && ollamas.length < addresses.length) {
    events.notice(`Texts go to ${addresses.map(shownAddress).join(', ')}, for "${model}".`, 'texts-go-to');
  }
  const given = { model, ...serverOptions(settings, previous) };
  const open = (address: PoolAddress, signal: AbortSignal) =>
    address.api === 'ollama'
      ? openOllamaEmbedder({ url: address.url, signal, ...given })
      : openOpenAiServer(
          address,
          // It has its own key, and knows nothing of Ollama's tags.
          { ...given, model: model.replace(/:latest$/, ''), apiKey: settings.openaiApiKey },
          { ...options, signal },
        );
  return await openServers(addresses, { open, leads: ({ api }) => api === 'ollama' }, options);
}

function shownAddress(address: PoolAddress): string {
  return address.api === 'openai' ? baseUrlOf(address) : whereIs(address.url);
}

/** The best model of an Ollama on the default address; undefined when there is none. */
export async function findModel(options: OpenEmbedderOptions): Promise<string | undefined> {
  try {
    return (await modelsAt(new URL(defaultUrl), options, probeTimeoutMs))[0];
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
}

/** The best model of the first server that is up. */
async function bestModel(addresses: ServerAddress[], options: OpenEmbedderOptions): Promise<string> {
  const lists = await settledInTime(addresses.map(({ url }) => modelsAt(url, options)));
  let down: unknown;
  for (const [index, list] of lists.entries()) {
    if (list?.status === 'fulfilled') {
      if (list.value[0] !== undefined) return list.value[0];
      throw new ServiceError(
        `Ollama at ${whereIs(addresses[index]!.url)} has no embedding model: run "ollama pull nomic-embed-text" there, or name one with --model.`,
      );
    }
    if (list && !isDown(list.reason)) throw list.reason;
    down ??= list?.reason;
  }
  throw down;
}

function modelsAt(url: URL, options: OpenEmbedderOptions, timeoutMs?: number): Promise<string[]> {
  const { settings, signal } = options;
  const asking = { ...accessOf(settings), signal, ...(timeoutMs !== undefined && { timeoutMs }) };
  return listEmbeddingModels(url, asking);
}

async function pullWhereMissing(
  addresses: ServerAddress[],
  model: string,
  options: OpenEmbedderOptions,
): Promise<void> {
  const { settings, signal, events } = options;
  const access = accessOf(settings);
  const { pullModel } = await import('../embedders/ollama/pull-model.js');
  const known = await settledInTime(addresses.map(({ url }) => hasModel(url, model, { ...access, signal })));
  for (const [index, has] of known.entries()) {
    // A server that is down is reported when it is opened.
    if (has?.status === 'rejected' && !isDown(has.reason)) throw has.reason;
    const isMissing = has?.status === 'fulfilled' && !has.value;
    if (isMissing) await pullModel(addresses[index]!.url, model, { ...access, events, signal });
  }
}
