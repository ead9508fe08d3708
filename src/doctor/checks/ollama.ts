// Checks one Ollama server: its release, the model that a run would use, and the vectors of that model. Each step needs
// the one before; the first failure ends the group.
import type { Settings } from '../../config/settings.js';
import { OllamaClient } from '../../embedders/ollama/client.js';
import { openOllamaEmbedder } from '../../embedders/ollama/embedder.js';
import { defaultUrl } from '../../embedders/ollama/host.js';
import { hasModel, listEmbeddingModels, readVersion } from '../../embedders/ollama/model-info.js';
import { pullCommand } from '../../embedders/ollama/model-name.js';
import { pullModel } from '../../embedders/ollama/pull-model.js';
import { time } from '../../text/durations.js';
import { whereIs } from '../../text/masked-address.js';
import { command } from '../../text/plural.js';
import type { Embedder } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import { maxTexts } from '../../upstream/limiter-settings.js';
import { accessOf, probeTimeoutMs, serverOptions } from '../../upstream/ollama-settings.js';
import type { Finding, Fix } from '../check.js';
import { knownFaults } from '../ollama-releases.js';
import type { Probe } from '../run-check.js';
import { examineVectors } from './ollama-embedding.js';
import { proxyCommand, wayFinding } from './way.js';

export interface EndpointOptions {
  url: URL;
  settings: Settings;
  /** The named model, or the one of the output. */
  model: string | undefined;
  /** Origin of the model's name, as a phrase, unless the user gave it: such a model isn't pulled without asking. */
  strangeModel: string | undefined;
  /** True when the user didn't name this server: if it can't be used, the built-in embedder is used. */
  optional: boolean;
  /** The vector space of the existing output. */
  previous: VectorSpace | undefined;
  /** Max wait for the server and its model to start, in ms. */
  waitMs: number;
}

/** The result that the comparison of endpoints needs. */
export interface Endpoint {
  url: URL;
  /** True when a run can use it. */
  usable: boolean;
  model?: string;
  digest?: string;
  space?: VectorSpace;
}

export async function examineEndpoint(probe: Probe, options: EndpointOptions): Promise<Endpoint> {
  const { url, settings } = options;
  if (!(await examineWay(probe, url, settings))) return { url, usable: false };
  const client = new OllamaClient({ url, ...accessOf(settings), connectTimeoutMs: probeTimeoutMs });
  let embedder: Embedder | undefined;
  try {
    const version = await reachable(probe, client, options);
    if (version === undefined) return { url, usable: false };
    const model = await chooseModel(probe, options);
    if (model === undefined) return { url, usable: false };
    await probe.check('version', 'Version', () => versionFinding(version, model));
    embedder = await openModel(probe, model, options);
    if (embedder === undefined) return { url, usable: false };
    const space = await examineVectors(probe, {
      client,
      embedder,
      dimensions: settings.dimensions,
      previous: options.previous,
      batchSize: Math.min(settings.batchSize ?? maxTexts, maxTexts),
      waitMs: options.waitMs,
      where: `Ollama at ${whereIs(url)}`,
      log: logCommand(url),
    });
    return { url, usable: true, model, digest: embedder.identity.digest, ...(space && { space }) };
  } finally {
    await Promise.all([embedder?.close(), client.close()]);
  }
}

/** @returns false when the way to it can't be used */
async function examineWay(probe: Probe, url: URL, settings: Settings): Promise<boolean> {
  try {
    const way = wayFinding(url, accessOf(settings), 'OLLAMA_API_KEY');
    if (way) await probe.check('way', 'Asked', () => way);
    return true;
  } catch (error) {
    await probe.check('way', 'Asked', () => Promise.reject(error), { mend: 'embed config' });
    return false;
  }
}

/** @returns its version; undefined when it can't be reached */
async function reachable(
  probe: Probe,
  client: OllamaClient,
  { url, optional, waitMs }: EndpointOptions,
): Promise<string | undefined> {
  let version: string | undefined;
  const { proxy } = client;
  const mend = proxy ? proxyCommand(whereIs(url), proxy.variable) : startCommand(url);
  const late = (waitedMs: number): Finding => ({
    status: optional ? 'warning' : 'failure',
    seen: `no answer within ${time(waitedMs)}${optional ? ': the built-in embedder stands in' : ''}`,
    mend: proxy ? mend : command`curl -m 5 ${`${whereIs(url)}/api/version`}`,
  });
  const look = async (signal: AbortSignal): Promise<Finding> => {
    const start = performance.now();
    version = await readVersion(client, { timeoutMs: probeTimeoutMs * 2, signal });
    const seen = `answers in ${time(performance.now() - start)}`;
    if (client.isWatched) return { status: 'ok', seen };
    return {
      status: 'ok',
      seen: `${seen}; a proxy hands on its answers, so a restart of it shows by these only`,
    };
  };
  const found = await probe.check('reachable', 'Reachable', look, {
    timeoutMs: probeTimeoutMs,
    waitMs,
    late,
    mend,
  });
  const check = probe.checks.at(-1)!;
  if (found.status !== 'failure') return version;
  // The command below replaces the advice in the message.
  check.seen = check.seen.replace(/\): [^)]*(?:\)[^)]*)?$/, ')');
  if (optional) {
    Object.assign(check, { status: 'skipped', seen: 'not running: the built-in embedder stands in' });
  }
  return version;
}

export function versionFinding(version: string, model: string): Finding {
  const faults = knownFaults(version, model);
  if (faults.length === 0) return { status: 'ok', seen: version };
  return {
    status: 'warning',
    seen: `${version} ${faults.join('; it ')} (${model}): use another release`,
    mend: 'curl -fsSL https://ollama.com/install.sh | sh',
  };
}

/** @returns the model that a run would use; undefined when there is none */
async function chooseModel(probe: Probe, options: EndpointOptions): Promise<string | undefined> {
  const { url, settings, optional } = options;
  let chosen: string | undefined;
  await probe.check('model', 'Model', async (signal): Promise<Finding> => {
    const ask = { ...accessOf(settings), signal, timeoutMs: 4000 };
    if (options.model !== undefined) {
      if (!(await hasModel(url, options.model, ask))) return missing(options, options.model);
      chosen = options.model;
      return { status: 'ok', seen: `${chosen} is there` };
    }
    [chosen] = await listEmbeddingModels(url, ask);
    if (chosen !== undefined) return { status: 'ok', seen: `${chosen} would be used (no model is named)` };
    const mend = pullAt(url, 'nomic-embed-text');
    if (!optional) return { status: 'failure', seen: 'no model here can embed', mend };
    return { status: 'skipped', seen: 'no model here can embed: the built-in embedder stands in', mend };
  });
  return chosen;
}

function missing({ url, settings, strangeModel }: EndpointOptions, model: string): Finding {
  const fix: Fix = {
    what: `pull ${model} at ${whereIs(url)}`,
    ...(strangeModel !== undefined && { doubt: `only ${strangeModel} names it` }),
    run: async ({ signal, events }) => pullModel(url, model, { ...accessOf(settings), events, signal }),
  };
  return { status: 'failure', seen: `${model} is missing`, mend: pullAt(url, model), fix };
}

async function openModel(
  probe: Probe,
  model: string,
  { url, settings }: EndpointOptions,
): Promise<Embedder | undefined> {
  let embedder: Embedder | undefined;
  const look = async (signal: AbortSignal): Promise<Finding> => {
    const opened = await openOllamaEmbedder({ url, model, signal, ...serverOptions(settings) });
    // Too late: the line is written already, so close it here.
    if (signal.aborted) await opened.close();
    else embedder = opened;
    const { digest, dimensions } = opened.identity;
    const seen = `digest ${digest.slice(0, 12)}, context ${opened.maxTokens} tokens, ${dimensions} dimensions`;
    return { status: 'ok', seen };
  };
  const mend = pullAt(url, 'nomic-embed-text');
  const found = await probe.check('details', 'Details', look, { mend });
  return found.status === 'ok' ? embedder : undefined;
}

/** Checks that all endpoints give the same vectors, as one run uses all of them. */
export function sameEverywhere(
  endpoints: readonly Endpoint[],
  compare: (a: VectorSpace, b: VectorSpace) => { same: true } | { same: false; reason: string },
): Finding {
  const answered = endpoints.filter((one) => one.digest !== undefined);
  const [first, ...others] = answered;
  if (first === undefined || others.length === 0) {
    return {
      status: 'skipped',
      seen: `only ${answered.length} of ${endpoints.length} endpoints can be compared`,
    };
  }
  for (const other of others) {
    const reason = difference(first, other, compare);
    if (reason === undefined) continue;
    return {
      status: 'failure',
      seen: `${whereIs(other.url)} gives other vectors than ${whereIs(first.url)} (${reason})`,
      mend: pullAt(other.url, first.model!),
    };
  }
  const measured = answered.every((one) => one.space !== undefined);
  const same = answered.every(({ digest }) => digest !== '')
    ? 'same digest'
    : 'dimensions and prefixes agree';
  const what = measured ? `${same}, same vectors` : `${same}; not all vectors could be compared`;
  return { status: measured ? 'ok' : 'skipped', seen: `${what} on ${answered.length} endpoints` };
}

function difference(
  a: Endpoint,
  b: Endpoint,
  compare: (a: VectorSpace, b: VectorSpace) => { same: true } | { same: false; reason: string },
): string | undefined {
  // A server of OpenAI's API has none.
  const isSaid = a.digest !== '' && b.digest !== '';
  if (isSaid && a.digest !== b.digest)
    return `digest ${a.digest!.slice(0, 12)}, there ${b.digest!.slice(0, 12)}`;
  if (a.space === undefined || b.space === undefined) return undefined;
  const comparison = compare(a.space, b.space);
  return comparison.same ? undefined : comparison.reason;
}

function pullAt(url: URL, model: string): string {
  const here = whereIs(url) === defaultUrl;
  return `${here ? '' : command`OLLAMA_HOST=${whereIs(url)} `}${pullCommand(model)}`;
}

/** The command that shows a server's log. */
function logCommand(url: URL): string {
  return isHere(url) ? 'journalctl -u ollama -n 50' : command`ssh ${url.hostname} journalctl -u ollama -n 50`;
}

function isHere(url: URL): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}

function startCommand(url: URL): string {
  if (!isHere(url)) return command`ssh ${url.hostname} ollama serve`;
  return url.port === new URL(defaultUrl).port
    ? 'ollama serve'
    : command`OLLAMA_HOST=${url.host} ollama serve`;
}
