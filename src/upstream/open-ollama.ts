// Opens the Ollama servers of a run as one embedder with retries. All must have the same vector space, and each must
// keep it. A server that is down is left out and tried again later, while another one is up.

import { withRetry } from '../embedders/back-off.js';
import { measureServer, unlikeSentence, withSingles } from '../embedders/guard/batch-check.js';
import { withSpaceGuard } from '../embedders/guard/space-guard.js';
import { compareSpaces } from '../embedders/guard/space-mismatch.js';
import { openOllamaEmbedder } from '../embedders/ollama/embedder.js';
import { defaultUrl, type OllamaAddress, parseOllamaAddress } from '../embedders/ollama/host.js';
import { hasModel, listEmbeddingModels } from '../embedders/ollama/model-info.js';
import { poolOf } from '../embedders/pool/pool.js';
import { wrapEmbedder } from '../embedders/wrap-embedder.js';
import { ServiceError, WrongVectorsError } from '../errors.js';
import { isChanged, isDown } from '../fault-policy.js';
import { estimateCounter } from '../tokens/estimating-counter.js';
import type { Embedder } from '../types/embedder.js';
import { settledInTime } from './ask-in-time.js';
import { type Absent, type OpenedMember, withLatecomers } from './late-servers.js';
import { maxTexts } from './limiter-settings.js';
import { probeTimeoutMs, serverOptions } from './ollama-settings.js';
import type { OpenEmbedderOptions, OpenedEmbedder } from './options.js';
import { withRequestEvents } from './request-events.js';

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
  const { settings, signal, events, pinnedCounter } = options;
  const addresses = (settings.ollamaUrl ?? [defaultUrl]).map((one) => parseOllamaAddress(one));
  const model = asked ?? (await bestModel(addresses, options));
  const open = (address: OllamaAddress, signal: AbortSignal) =>
    openMember(address, model, { ...options, signal });
  if (options.pull) await pullWhereMissing(addresses, model, options);
  const end = new AbortController();
  const ending = AbortSignal.any([signal, end.signal]);
  const { opened, absent } = await openAll(addresses, (address) => open(address, ending)).catch((error) => {
    end.abort(error);
    throw error;
  });
  const [first, ...others] = opened;
  // A bad text fails all tries of its request: that alone must not open the circuit.
  const failures = Math.max(5, settings.maxRetries + 2);
  const pool = poolOf([first.member, ...others.map((one) => one.member)], { failures, events });
  for (const { address, error } of absent) {
    const why = error?.message ?? 'it has not answered yet, but other servers have.';
    const until = isChanged(error) ? 'its vectors match' : 'it is back';
    events.notice(`Going on without ${address.url.href} until ${until}: ${why}`);
  }
  const complete =
    absent.length === 0
      ? pool
      : withLatecomers(pool, {
          absent,
          space: first.measured.space,
          open,
          signal,
          end,
          events,
        });
  const retrying = withRetry(complete, { retries: settings.maxRetries, signal, events });
  const unlike = opened.find(({ measured }) => measured.unlike !== undefined)?.measured.unlike;
  return { embedder: withPinnedCounter(retrying, pinnedCounter), measured: { ...first.measured, unlike } };
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
async function bestModel(addresses: OllamaAddress[], options: OpenEmbedderOptions): Promise<string> {
  const lists = await settledInTime(addresses.map(({ url }) => modelsAt(url, options)));
  let down: unknown;
  for (const [index, list] of lists.entries()) {
    if (list?.status === 'fulfilled') {
      if (list.value[0] !== undefined) return list.value[0];
      throw new ServiceError(
        `Ollama at ${addresses[index]!.url.href} has no embedding model: run "ollama pull nomic-embed-text" there, or name one with --model.`,
      );
    }
    if (list && !isDown(list.reason)) throw list.reason;
    down ??= list?.reason;
  }
  throw down;
}

function modelsAt(url: URL, options: OpenEmbedderOptions, timeoutMs?: number): Promise<string[]> {
  const { settings, signal } = options;
  const asking = { apiKey: settings.ollamaApiKey, signal, ...(timeoutMs !== undefined && { timeoutMs }) };
  return listEmbeddingModels(url, asking);
}

async function pullWhereMissing(
  addresses: OllamaAddress[],
  model: string,
  options: OpenEmbedderOptions,
): Promise<void> {
  const { settings, signal, events } = options;
  const apiKey = settings.ollamaApiKey;
  const { pullModel } = await import('../embedders/ollama/pull-model.js');
  const known = await settledInTime(addresses.map(({ url }) => hasModel(url, model, { apiKey, signal })));
  for (const [index, has] of known.entries()) {
    // A server that is down is reported when it is opened.
    if (has?.status === 'rejected' && !isDown(has.reason)) throw has.reason;
    const isMissing = has?.status === 'fulfilled' && !has.value;
    if (isMissing) await pullModel(addresses[index]!.url, model, events, signal, apiKey);
  }
}

type Opener = (address: OllamaAddress) => Promise<OpenedMember>;

/**
 * Opens the servers. At least one is open in the result, and all open ones have the same space. The rest is down, or
 * takes longer than the others, or changed while it was opened.
 */
async function openAll(
  addresses: OllamaAddress[],
  open: Opener,
): Promise<{
  opened: [OpenedMember, ...OpenedMember[]];
  absent: Absent[];
}> {
  const opened: OpenedMember[] = [];
  const absent: Absent[] = [];
  const failures: unknown[] = [];
  const changed: Absent[] = [];
  const works = addresses.map(open);
  const results = await settledInTime(works);
  for (const [index, result] of results.entries()) {
    const address = addresses[index]!;
    if (!result) absent.push({ address, opening: works[index]! });
    else if (result.status === 'fulfilled') opened.push(result.value);
    else if (isChanged(result.reason)) changed.push({ address, error: result.reason });
    else if (isDown(result.reason)) absent.push({ address, error: result.reason });
    else failures.push(result.reason);
  }
  const [first, ...others] = opened;
  // The unchanged servers are enough to begin with. The changed ones are measured again later.
  if (first) absent.push(...changed);
  else failures.push(...changed.map(({ error }) => error));
  try {
    // Report wrong vectors first: other failures may pass, or another server can do the work.
    const wrong = failures.find((failure) => failure instanceof WrongVectorsError);
    if (wrong) throw wrong;
    for (const other of others) requireSameSpace(first!, other);
    if (failures.length > 0) throw failures[0];
    if (first === undefined) throw allDown(absent.map((one) => one.error!));
    return { opened: [first, ...others], absent };
  } catch (error) {
    await Promise.all(opened.map(({ member }) => member.embedder.close()));
    for (const { opening } of absent)
      opening?.then(
        ({ member }) => member.embedder.close(),
        () => {},
      );
    throw error;
  }
}

function allDown(errors: Error[]): ServiceError {
  const [first] = errors;
  const cause = first instanceof ServiceError ? first.cause : first;
  const message = first?.message ?? '';
  return new ServiceError(
    errors.length === 1 ? message : `None of the ${errors.length} servers answers; the first one: ${message}`,
    { cause },
  );
}

function requireSameSpace(first: OpenedMember, other: OpenedMember): void {
  const comparison = compareSpaces(first.measured.space, other.measured.space);
  if (comparison.same) return;
  throw new WrongVectorsError(
    `Ollama at ${other.member.url} gives other vectors than the one at ${first.member.url} (${comparison.reason}): ` +
      'use servers of one version and one model, or leave one out.',
    { reason: 'unlike-servers' },
  );
}

async function openMember(
  { url, weight }: OllamaAddress,
  model: string,
  options: OpenEmbedderOptions,
): Promise<OpenedMember> {
  const { settings, mostTexts = maxTexts, signal, events } = options;
  const server = await openOllamaEmbedder({ url, model, signal, ...serverOptions(settings) });
  try {
    await options.beforeFirstText?.(server);
    const where = `Ollama at ${server.url}`;
    const counted = withRequestEvents(server, where, events);
    const { losses } = server;
    const retries = { retries: settings.maxRetries, signal, events };
    const batchSize = Math.min(settings.batchSize ?? mostTexts, mostTexts);
    const measured = await measureServer(withRetry(counted, retries), { where, batchSize, signal });
    const { space, unlike } = measured;
    const requests = unlike === undefined ? counted : withSingles(counted);
    const embedder = withSpaceGuard(
      server,
      requests,
      { space, losses },
      { batchSize: unlike === undefined ? batchSize : 1, batchTokens: measured.batchTokens ?? 0, events },
    );
    // The digest was read before the canaries were measured: check that it is still the same.
    await embedder.confirm({ signal });
    if (unlike !== undefined) events.warning(unlikeSentence(where, unlike));
    const member = {
      url: server.url,
      weight,
      embedder,
      msPerToken: () => server.msPerToken,
      isUnsure: () => embedder.isUnsure(),
      confirm: embedder.confirm,
      mark: embedder.mark,
      reconsider: embedder.reconsider,
    };
    return { member, measured };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Keeps an estimating counter for an output that was made with it: an exact one would move the chunks' boundaries. */
function withPinnedCounter(embedder: Embedder, pinned: string | undefined): Embedder {
  const estimate = estimateCounter();
  if (pinned !== estimate.id || embedder.counter.id === pinned) return embedder;
  const { counter } = embedder;
  return {
    ...wrapEmbedder(embedder, (texts, options) => embedder.embed(texts, options)),
    counter: { ...estimate, ...(counter.knows && { knows: (text) => counter.knows!(text) }) },
  };
}
