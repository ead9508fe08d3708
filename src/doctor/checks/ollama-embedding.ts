// Checks the vectors of a model: valid, the same in a batch as alone, from whole texts (not cut silently), and comparable
// with those of the output.

import { canaryTexts } from '../../embedders/guard/canaries.js';
import type { OllamaClient } from '../../embedders/ollama/client.js';
import { EmbedderFault } from '../../errors.js';
import { isTooLong } from '../../fault-policy.js';
import { time } from '../../text/durations.js';
import { whole } from '../../text/plural.js';
import { shownSize } from '../../text/sizes.js';
import type { Embedder } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import type { Finding } from '../check.js';
import { faultOf, normOf, readAnswer } from '../raw-answer.js';
import { type Probe, said } from '../run-check.js';
import { examineBatch, examineDistinct, examineSpace, type SpaceOptions } from './space.js';

export interface VectorOptions {
  client: OllamaClient;
  embedder: Embedder;
  /** Dimensions that the settings ask for. */
  dimensions: number | undefined;
  previous: VectorSpace | undefined;
  /** Max texts of a batch in a run. */
  batchSize: number;
  /** Max time for loading the model, beyond the time of a check, in ms. */
  waitMs: number;
  /** The server, for messages. */
  where: string;
  /** The command that shows the server's log. */
  log: string;
}

/** Max tokens of a test text: a longer one is too much for a check. */
const maxTryTokens = 40_000;
/** Time-out of a request, in ms: longer than any check, which ends its requests. */
const requestTimeoutMs = 600_000;

interface Loaded {
  bytes: number;
  vramBytes: number;
  context: number | undefined;
}

/** @returns the space that was measured; undefined when a check before that failed */
export async function examineVectors(probe: Probe, options: VectorOptions): Promise<VectorSpace | undefined> {
  const { signal, left } = probe.budget;
  const before = await loaded(options, signal, Math.min(1500, left));
  const single = await examineSingle(probe, options, before !== undefined);
  if (single === undefined) return undefined;
  const now = await examineLoading(probe, options, before, single.ms);
  const checks: SpaceOptions = { ...options, mend: 'curl -fsSL https://ollama.com/install.sh | sh' };
  const space = await examineDistinct(probe, checks);
  if (space) await examineBatch(probe, checks, space);
  await examineCut(probe, options, now?.context);
  if (space) await examineSpace(probe, options.previous, space);
  return space;
}

/** Embeds one text, and returns the server's vector unchanged. */
async function examineSingle(
  probe: Probe,
  options: VectorOptions,
  wasLoaded: boolean,
): Promise<{ vector: number[]; ms: number } | undefined> {
  const { client, embedder } = options;
  const { identity } = embedder;
  const text = identity.prefixes.document + canaryTexts[0]!.text;
  let single: { vector: number[]; ms: number } | undefined;
  const look = async (signal: AbortSignal): Promise<Finding> => {
    const start = performance.now();
    const body = { ...requestOf(options), input: [text] };
    const answer = readAnswer(await client.json('/api/embed', body, { timeoutMs: requestTimeoutMs, signal }));
    const ms = performance.now() - start;
    const [vector = []] = answer.vectors;
    const broken = { status: 'failure', mend: 'curl -fsSL https://ollama.com/install.sh | sh' } as const;
    if (vector.length !== identity.dimensions) {
      return { ...broken, seen: `${vector.length} values instead of ${identity.dimensions}` };
    }
    const fault = faultOf(vector);
    if (fault !== undefined) return { ...broken, seen: `one text's vector can't be used: ${fault}` };
    single = { vector, ms };
    const took = wasLoaded ? ` in ${time(ms)}` : '';
    return { status: 'ok', seen: `one text${took}: finite, length ${normOf(vector).toFixed(4)}` };
  };
  // Without an answer, nothing more can be checked.
  const late = (waitedMs: number): Finding =>
    wasLoaded
      ? {
          status: 'failure',
          seen: `no vector within ${time(waitedMs)}, and the model is loaded`,
          mend: 'ollama ps',
        }
      : {
          status: 'failure',
          seen: `no vector within ${time(waitedMs)}: the model is not loaded, and may still be loading`,
          mend: 'embed doctor --wait-for-server 5m',
        };
  await probe.check('embedding', 'Embedding', look, {
    timeoutMs: requestTimeoutMs,
    waitMs: options.waitMs,
    late,
    isNeeded: true,
    mend: options.log,
  });
  return single;
}

async function examineLoading(
  probe: Probe,
  options: VectorOptions,
  before: Loaded | undefined,
  firstMs: number,
): Promise<Loaded | undefined> {
  let now: Loaded | undefined;
  await probe.check('loaded', 'Loaded', async (signal): Promise<Finding> => {
    now = await loaded(options, signal);
    const when = before === undefined ? `was not; its first answer took ${time(firstMs)}` : 'already';
    if (now === undefined) return { status: 'skipped', seen: `${when}; the server doesn't say where` };
    const share = now.bytes === 0 ? 0 : now.vramBytes / now.bytes;
    const where =
      share === 0 ? 'on the CPU' : share >= 1 ? 'on the GPU' : `${Math.round(share * 100)}% on the GPU`;
    return { status: 'ok', seen: `${when}; ${shownSize(now.bytes)} ${where}` };
  });
  return now;
}

/** Checks that a text a little too long for the model is refused. A refusal costs the server no work. */
async function examineCut(probe: Probe, options: VectorOptions, context: number | undefined): Promise<void> {
  const { client, embedder } = options;
  const window = context ?? embedder.maxTokens;
  // Every word is at least one token, in any tokenizer.
  const words = window + 16;
  const look = async (signal: AbortSignal): Promise<Finding> => {
    if (words > maxTryTokens)
      return { status: 'skipped', seen: `a window of ${whole(window)} tokens is not tried` };
    const body = { ...requestOf(options), input: ['word '.repeat(words).trimEnd()] };
    try {
      const answer = readAnswer(
        await client.json('/api/embed', body, { timeoutMs: requestTimeoutMs, signal }),
      );
      return taken(answer.tokens, words);
    } catch (error) {
      if (!(error instanceof EmbedderFault)) throw error;
      if (isTooLong(error)) return { status: 'ok', seen: `a text of ${whole(words)} tokens is refused` };
      return {
        status: 'warning',
        seen: `a text of ${whole(words)} tokens fails otherwise: ${said(error)}`,
        mend: `embed ingest <paths> --chunk-size ${embedder.defaultChunkTokens}`,
      };
    }
  };
  const late = (waitedMs: number): Finding => ({
    status: 'skipped',
    seen: `no refusal of a text of ${whole(words)} tokens within ${time(waitedMs)}: try --timeout 60s`,
  });
  await probe.check('truncation', 'Never cuts', look, { timeoutMs: requestTimeoutMs, late });
}

function taken(tokens: number | undefined, words: number): Finding {
  if (tokens !== undefined && tokens >= words) {
    return { status: 'ok', seen: `a text of ${whole(words)} tokens is taken whole: the window is larger` };
  }
  const part = tokens === undefined ? 'may have been' : `was`;
  return {
    status: tokens === undefined ? 'warning' : 'failure',
    seen: `truncate:false is not honoured: a text of ${whole(words)} tokens ${part} cut${tokens === undefined ? '' : ` to ${whole(tokens)}`}`,
    mend: 'curl -fsSL https://ollama.com/install.sh | sh',
  };
}

/** The same options as in a run: with other ones, the server would load the model again. */
function requestOf({ embedder, dimensions }: VectorOptions): { [field: string]: unknown } {
  const request = { model: embedder.identity.model, truncate: false };
  return dimensions === undefined ? request : { ...request, dimensions };
}

/** The model in /api/ps; undefined when it is not in memory. */
async function loaded(
  { client, embedder }: VectorOptions,
  signal: AbortSignal,
  timeoutMs = 1500,
): Promise<Loaded | undefined> {
  try {
    const answer = await client.json('/api/ps', undefined, { timeoutMs, signal });
    const { models } = answer as { models?: unknown };
    if (!Array.isArray(models)) return undefined;
    const found = models.find((one) => one?.name === embedder.identity.model);
    if (found === undefined) return undefined;
    const context = Number(found.context_length ?? 0);
    return {
      bytes: Number(found.size ?? 0),
      vramBytes: Number(found.size_vram ?? 0),
      context: context > 0 ? context : undefined,
    };
  } catch (error) {
    // An old server or a proxy may not have /api/ps, and it isn't needed.
    if (error instanceof EmbedderFault) return undefined;
    throw error;
  }
}
