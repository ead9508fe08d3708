// Opens the OpenAI-compatible servers of a run. They are asked only where the settings name that embedder: it may be
// somebody else's server, and documents are private.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../config/settings.js';
import { readAbout } from '../embedders/openai/about.js';
import { baseUrlOf, type OpenAiAddress, parseOpenAiAddress } from '../embedders/openai/address.js';
import { withOpenAi } from '../embedders/openai/client.js';
import { type OpenAiEmbedderOptions, openOpenAiEmbedder } from '../embedders/openai/embedder.js';
import type { ServerEmbedder } from '../embedders/pool/member.js';
import type { Access } from '../embedders/server-client.js';
import { UsageError } from '../errors.js';
import { faultIn, isBusy, isDown } from '../fault-policy.js';
import type { VectorSpace } from '../types/space.js';
import { settledInTime } from './ask-in-time.js';
import { openServers } from './open-servers.js';
import type { OpenEmbedderOptions, OpenedEmbedder } from './options.js';
import { limitsOfText, waysOf } from './server-settings.js';

/**
 * Opens the configured servers.
 * @param asked the model; undefined for the only one of the first server that is up
 * @throws {UsageError} when no server is named, or an address is invalid
 * @throws {ServiceError} when all servers are down, or one lacks the model
 * @throws {WrongVectorsError} when unlike texts get one vector, or servers differ
 */
export async function openOpenAi(
  options: OpenEmbedderOptions,
  asked: string | undefined,
): Promise<OpenedEmbedder> {
  const { settings, previous, events } = options;
  const addresses = openAiAddresses(settings);
  const model = asked ?? (await onlyModel(addresses, options));
  if (!previous)
    events.notice(`Texts go to ${addresses.map(baseUrlOf).join(', ')}, for "${model}".`, 'texts-go-to');
  const given = { model, ...openAiOptions(settings, previous) };
  const open = (address: OpenAiAddress, signal: AbortSignal) =>
    openOpenAiServer(address, given, { ...options, signal });
  return await openServers(addresses, { open }, options);
}

/**
 * Opens one server, which may be busy.
 * @throws {ServiceError} when it is down, or lacks the model
 */
export function openOpenAiServer(
  address: OpenAiAddress,
  given: Omit<OpenAiEmbedderOptions, 'address' | 'isBrief' | 'signal'>,
  options: OpenEmbedderOptions,
): Promise<ServerEmbedder> {
  const isBrief = options.mostTexts === 1;
  const { signal } = options;
  return patiently(() => openOpenAiEmbedder({ address, isBrief, signal, ...given }), options);
}

/** The addresses of the settings. @throws {UsageError} when there is none, or one is invalid */
export function openAiAddresses({ url }: Settings): OpenAiAddress[] {
  if (url === undefined) {
    throw new UsageError(
      'Name the OpenAI-compatible server with --url or OPENAI_BASE_URL, e.g. http://127.0.0.1:8080/v1 (OpenAI itself: https://api.openai.com/v1).',
    );
  }
  return url.map(parseOpenAiAddress);
}

/** The options of an embedder that are the same for all servers. What isn't set is as the existing output has it. */
export function openAiOptions(
  settings: Settings,
  previous: VectorSpace | undefined,
): Pick<OpenAiEmbedderOptions, 'dimensions' | keyof Access | 'batchTimeoutMs' | 'prefixes' | 'maxTokens'> {
  const { dimensions, batchTimeout: batchTimeoutMs } = settings;
  return {
    dimensions,
    batchTimeoutMs,
    ...openAiAccess(settings),
    ...limitsOfText(settings, 'openai', previous),
  };
}

/** How these servers are reached, and what lets us in. */
export function openAiAccess(settings: Settings): Required<Access> {
  return { apiKey: settings.openaiApiKey, ...waysOf(settings) };
}

/** First pause before another try, in ms, where the server asks for none; it doubles with each. */
const firstPauseMs = 500;
/** Max pause that is waited for, in ms. */
const longestPauseMs = 60_000;

/** Opens a server that may be busy: its limits count for the requests of the opening, too. */
async function patiently<T>(
  open: () => Promise<T>,
  { settings, signal, events }: OpenEmbedderOptions,
): Promise<T> {
  for (let retry = 0; ; retry++) {
    try {
      return await open();
    } catch (error) {
      const fault = faultIn(error);
      const waitMs = fault?.retryAfterMs ?? firstPauseMs * 2 ** retry;
      if (!isBusy(fault) || retry >= settings.maxRetries || waitMs > longestPauseMs) throw error;
      events.retrying(fault, waitMs);
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** The only model of the first server that is up. */
async function onlyModel(addresses: readonly OpenAiAddress[], options: OpenEmbedderOptions): Promise<string> {
  const { settings, signal } = options;
  const asked = addresses.map((address) =>
    withOpenAi(
      { address, ...openAiAccess(settings) },
      async (client) => (await readAbout(client, address.model, { signal })).model,
    ),
  );
  const names = await settledInTime(asked);
  let down: unknown;
  for (const name of names) {
    if (name?.status === 'fulfilled') return name.value;
    if (name && !isDown(name.reason)) throw name.reason;
    down ??= name?.reason;
  }
  throw down;
}
