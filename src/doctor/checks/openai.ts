// Checks one OpenAI-compatible server: whether it answers, the model that a run would use, what becomes of a text that is
// too long, and the vectors. Each step needs the one before; the first failure ends the group.
import type { Settings } from '../../config/settings.js';
import { readAbout, type ServerAbout } from '../../embedders/openai/about.js';
import { baseUrlOf, type OpenAiAddress } from '../../embedders/openai/address.js';
import { withOpenAi } from '../../embedders/openai/client.js';
import { openOpenAiEmbedder } from '../../embedders/openai/embedder.js';
import type { ServerEmbedder } from '../../embedders/pool/member.js';
import { time } from '../../text/durations.js';
import { command } from '../../text/plural.js';
import type { VectorSpace } from '../../types/space.js';
import { maxTexts } from '../../upstream/limiter-settings.js';
import { openAiAccess, openAiOptions } from '../../upstream/open-openai.js';
import type { Finding } from '../check.js';
import type { Probe } from '../run-check.js';
import type { Endpoint } from './ollama.js';
import { examineBatch, examineDistinct, examineSpace } from './space.js';
import { wayFinding } from './way.js';

export interface OpenAiCheckOptions {
  address: OpenAiAddress;
  settings: Settings;
  /** The named model, or the one of the output; undefined: the only one of the server. */
  model: string | undefined;
  /** The vector space of the existing output. */
  previous: VectorSpace | undefined;
  /** Max wait for the server and its model to start, in ms. */
  waitMs: number;
}

/** Time-out of an opening, in ms: a model may be loading. */
const openTimeoutMs = 600_000;

export async function examineOpenAi(probe: Probe, options: OpenAiCheckOptions): Promise<Endpoint> {
  const { address, settings, previous } = options;
  const { url } = address;
  try {
    const way = wayFinding(url, openAiAccess(settings), 'OPENAI_API_KEY');
    if (way) await probe.check('way', 'Asked', () => way);
  } catch (error) {
    await probe.check('way', 'Asked', () => Promise.reject(error), { mend: 'embed config' });
    return { url, usable: false };
  }
  const about = await reachable(probe, options);
  if (about === undefined) return { url, usable: false };
  const embedder = await openModel(probe, options, about);
  if (embedder === undefined) return { url, usable: false };
  try {
    const checks = {
      embedder,
      where: embedder.where,
      batchSize: Math.min(settings.batchSize ?? maxTexts, maxTexts),
    };
    const space = await examineDistinct(probe, checks);
    if (space) await examineBatch(probe, checks, space);
    if (space) await examineSpace(probe, previous, space);
    const { model, digest } = embedder.identity;
    return { url, usable: true, model, digest, ...(space && { space }) };
  } finally {
    await embedder.close();
  }
}

/** @returns what it says of itself; undefined when it can't be reached, or lacks the model */
async function reachable(
  probe: Probe,
  { address, settings, model, waitMs }: OpenAiCheckOptions,
): Promise<ServerAbout | undefined> {
  let about: ServerAbout | undefined;
  const look = async (signal: AbortSignal): Promise<Finding> => {
    const start = performance.now();
    const client = { address, ...openAiAccess(settings) };
    about = await withOpenAi(client, (one) => readAbout(one, address.model ?? model, { signal }));
    const kind = about.flavour === 'other' ? 'says nothing of its kind' : `is ${names[about.flavour]}`;
    const release = about.release === '' ? '' : ` ${about.release}`;
    const took = time(performance.now() - start);
    return { status: 'ok', seen: `answers in ${took}, ${kind}${release}, has ${about.model}` };
  };
  const mend = command`curl -m 5 ${`${baseUrlOf(address)}/models`}`;
  const found = await probe.check('reachable', 'Reachable', look, { timeoutMs: 4000, waitMs, mend });
  return found.status === 'ok' ? about : undefined;
}

const names = { 'llama.cpp': 'llama.cpp', tei: 'TEI', vllm: 'vLLM', openai: 'OpenAI' };

async function openModel(
  probe: Probe,
  { address, settings, model, previous, waitMs }: OpenAiCheckOptions,
  about: ServerAbout,
): Promise<ServerEmbedder | undefined> {
  let embedder: ServerEmbedder | undefined;
  const look = async (signal: AbortSignal): Promise<Finding> => {
    const own = openAiOptions(settings, previous);
    const opened = await openOpenAiEmbedder({ address, model: model ?? about.model, signal, ...own });
    // Too late: the line is written already, so close it here.
    if (signal.aborted) await opened.close();
    else embedder = opened;
    const window = about.maxTokens === undefined ? 'as tried out' : 'as it says';
    const weights = about.weights === '' ? 'nothing of its weights' : about.weights;
    const seen = `${opened.identity.dimensions} dimensions, ${opened.maxTokens} tokens a text (${window}); it says ${weights}`;
    return { status: 'ok', seen };
  };
  await probe.check('embedding', 'Embedding', look, { timeoutMs: openTimeoutMs, waitMs, isNeeded: true });
  return embedder;
}
