// Chooses the embedder of a run, and opens it with retries around it.
import type { Settings } from '../config/settings.js';
import { windowTokens } from '../embedders/builtin/onnx/graph.js';
import { builtinCounter } from '../embedders/builtin/token-counter.js';
import { measureSpace } from '../embedders/guard/canaries.js';
import { profileOf } from '../embedders/model-profiles.js';
import { canonicalName } from '../embedders/ollama/model-name.js';
import { ServiceError, UsageError } from '../errors.js';
import { estimateCounter } from '../tokens/estimating-counter.js';
import type { TokenCounter } from '../types/embedder.js';
import type { VectorSpace } from '../types/space.js';
import type { OpenEmbedderOptions, OpenedEmbedder } from './options.js';
import { waitFor } from './outage.js';
import { withRequestEvents } from './request-events.js';

/** The chosen embedder. Without a model: the best one of the server. */
type Choice = { kind: 'builtin' } | { kind: 'ollama' | 'openai'; model: string | undefined };

/** Chooses by settings and previous output; undefined when an Ollama on the default address decides. */
function choose(settings: Settings, previous: VectorSpace | undefined): Choice | undefined {
  const { embedder, model, ollamaUrl } = settings;
  if (embedder === 'builtin') return { kind: 'builtin' };
  const known =
    previous && previous.embedder === (embedder === 'openai' ? 'openai' : 'ollama')
      ? previous.model
      : undefined;
  if (embedder === 'openai') return { kind: 'openai', model: model ?? known };
  if (embedder === 'ollama' || model !== undefined) return { kind: 'ollama', model: model ?? known };
  if (previous?.embedder === 'openai') {
    throw new UsageError(
      `The output was made with "${previous.model}" of an OpenAI-compatible server, which is asked only by name: ` +
        'say --embedder openai and --url; or --rebuild with --embedder builtin or --model NAME, to make the output again with another one.',
    );
  }
  if (previous)
    return previous.embedder === 'builtin' ? { kind: 'builtin' } : { kind: 'ollama', model: known };
  return ollamaUrl ? { kind: 'ollama', model: undefined } : undefined;
}

/**
 * Opens the queue that the settings name; else the embedder that they name; else the one of the output; else an Ollama on the default address that has
 * an embedding model; else the built-in embedder, with a notice. If a chosen Ollama is down, it waits as long as the
 * settings say.
 * @throws {ServiceError} when the chosen embedder can't be reached or lacks the model
 * @throws {WrongVectorsError} when unlike texts get one vector, or servers differ
 * @throws {EmbedderFault} when a first request fails
 * @throws {UsageError} when an address or its weight is invalid
 */
export async function openEmbedder(options: OpenEmbedderOptions): Promise<OpenedEmbedder> {
  const { settings, previous, remade, signal, events } = options;
  const { queue } = settings;
  if (queue !== undefined) {
    const { openQueue } = await import('./open-queue.js');
    const waiting = { timeoutMs: settings.waitForServer, signal, events };
    return waitFor(() => openQueue(options, queue), waiting);
  }
  const made = previous ?? remade;
  const choice = choose(settings, made);
  const isAgain = remade !== undefined && choice?.kind === remade.embedder && settings.model === undefined;
  if (choice?.kind === 'ollama') {
    const { openOllama } = await import('./open-ollama.js');
    const waiting = { timeoutMs: settings.waitForServer, signal, events };
    return orAnother(
      isAgain,
      waitFor(() => openOllama(options, choice.model), waiting),
    );
  }
  if (choice?.kind === 'openai') {
    const { openOpenAi } = await import('./open-openai.js');
    const waiting = { timeoutMs: settings.waitForServer, signal, events };
    return orAnother(
      isAgain,
      waitFor(() => openOpenAi(options, choice.model), waiting),
    );
  }
  if (choice?.kind === 'builtin') {
    if (made && settings.ollamaUrl && settings.embedder === 'auto' && !options.asksOnly) {
      events.notice(
        'The output was made with the built-in embedder, so this run uses it, too; to switch: --embedder ollama --rebuild.',
        'builtin-kept',
      );
    }
    return openBuiltin(options);
  }
  const { findModel, openOllama } = await import('./open-ollama.js');
  const model = await findModel(options);
  if (model !== undefined) return openOllama(options, model);
  events.notice(
    'No Ollama found: using the built-in embedder, English only. For Ollama: ollama pull nomic-embed-text, then --embedder ollama --rebuild.',
    'builtin-used',
  );
  return openBuiltin(options);
}

/**
 * Says which way there is where the embedder that made an output can't make it again.
 * @throws {ServiceError} with the same cause
 */
async function orAnother(isAgain: boolean, opening: Promise<OpenedEmbedder>): Promise<OpenedEmbedder> {
  try {
    return await opening;
  } catch (error) {
    if (!isAgain || !(error instanceof ServiceError)) throw error;
    throw new ServiceError(
      `${error.message} The output was made with it: to make it again with another one, name that with --embedder builtin or --model NAME.`,
      { cause: error },
    );
  }
}

/**
 * The counter and chunk size that a run would use, and the largest, as far as they are known without asking a server; and whether
 * it is surely the model of `previous`.
 */
export function planChunking(
  settings: Settings,
  previous: VectorSpace | undefined,
): { counter: TokenCounter; chunkTokens: number; mostTokens?: number; isSame: boolean } {
  // An output of other servers says enough, also where they aren't named.
  const isKnown = settings.embedder === 'auto' && previous?.embedder === 'openai';
  // Of a queue's workers, what they made is all that is known.
  const named =
    settings.queue === undefined ? settings : { ...settings, embedder: previous?.embedder ?? 'ollama' };
  const choice = choose(isKnown ? { ...named, embedder: 'openai' } : named, previous);
  if (choice && choice.kind !== 'builtin') {
    const { kind, model = '' } = choice;
    const name = kind === 'ollama' ? canonicalName(model) : model;
    const isSame = previous?.embedder === kind && previous.model === name;
    return { counter: estimateCounter(), chunkTokens: profileOf(model).chunkTokens, isSame };
  }
  // An Ollama may be found where nothing is said.
  const most = choice === undefined ? {} : { mostTokens: windowTokens };
  const isSame = choice !== undefined && previous?.embedder === 'builtin';
  return { counter: builtinCounter(), chunkTokens: windowTokens, isSame, ...most };
}

async function openBuiltin(options: OpenEmbedderOptions): Promise<OpenedEmbedder> {
  refuseServerSettings(options.settings);
  const { openBuiltinEmbedder } = await import('../embedders/builtin/embedder.js');
  const { signal, events, beforeFirstText } = options;
  const embedder = withRequestEvents(await openBuiltinEmbedder({ signal }), 'the built-in embedder', events);
  try {
    await beforeFirstText?.(embedder);
    // The built-in embedder works on one text at a time, so batches can't differ from single texts.
    const start = performance.now();
    const space = await measureSpace(embedder, { signal });
    return { embedder, measured: { space, firstAnswerMs: performance.now() - start } };
  } catch (error) {
    await embedder.close();
    throw error;
  }
}

/** Where nothing was said of the embedder, settings for a server's model would be ignored. */
function refuseServerSettings({
  embedder,
  documentPrefix,
  queryPrefix,
  maxTokens,
  dimensions,
}: Settings): void {
  if (embedder !== 'auto') return;
  const asked = { documentPrefix, queryPrefix, maxTokens, dimensions };
  const idle = Object.entries(asked).find(([, value]) => value !== undefined)?.[0];
  if (idle === undefined) return;
  throw new UsageError(
    `${idle} is for a server's model, and no Ollama was found: name the server with --ollama-url, or leave ${idle} out.`,
  );
}
