// Reads once what a server knows of a model: identity, sizes and vocabulary. Nothing here loads the model.
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbedderFault, ServiceError } from '../../errors.js';
import { asText } from '../../text/as-text.js';
import { isObject } from '../../text/plain-json.js';
import { type Access, type OllamaClient, type RequestOptions, withClient } from './client.js';
import { canonicalName, plainDigest, pullCommand } from './model-name.js';

export interface OllamaModel {
  /** With its tag, as the server lists it. */
  name: string;
  /** Lower-case hex. */
  digest: string;
  /** Version of the server. */
  version: string;
  architecture: string;
  /** Of a whole vector, before it is shortened; undefined when the server doesn't say. */
  dimensions: number | undefined;
  /** Max tokens of a text, including special tokens, as the server loads the model. */
  maxTokens: number;
  /** The tokens of a WordPiece model, by id; undefined for other tokenizers. */
  vocabulary: readonly string[] | undefined;
}

/** Metadata are small, and a server that is busy with a model still answers at once. */
const metadataTimeoutMs = 10_000;

/**
 * The context when a modelfile sets no num_ctx, even if the model could do more: the default of servers on machines
 * with little video memory (github.com/ollama/ollama/issues/14073). Old releases use 2048, and
 * OLLAMA_CONTEXT_LENGTH can be anything; then the server refuses texts that are too long for it.
 */
const defaultContext = 4096;

/** Max dimensions of any model. A server that reports more, or not a whole number, counts as not saying. */
export const mostDimensions = 65_536;

/** Max characters of a WordPiece vocabulary. One of 500,000 tokens for a hundred languages has 4 million. */
const mostOfVocabulary = 8_000_000;

/** Max bytes of an answer about the server: room for a list of thousands of models. */
const mostOfList = 16 * 1024 * 1024;

/** Max models that are asked whether they can embed, the likeliest first; and how many at a time. */
const mostAsked = 256;
const askedAtOnce = 8;

type Fields = { [key: string]: unknown };

function inTime({ timeoutMs = metadataTimeoutMs, signal }: LookOptions): RequestOptions {
  return { timeoutMs, signal, maxBytes: mostOfList };
}

/** The fields of an answer. @throws {EmbedderFault} `bad-answer` when it is not an object */
async function fieldsOf(
  client: OllamaClient,
  path: string,
  body: object | undefined,
  options: RequestOptions,
): Promise<Fields> {
  const answer = await client.json(path, body, options);
  if (isObject(answer)) return answer;
  throw new EmbedderFault('bad-answer', `${client.where}${path} gave no object: is that an Ollama?`);
}

/**
 * Reads what the server knows of a model.
 * @throws {ServiceError} when the server can't be reached, lacks the model, or the model can't embed
 */
export async function readModel(
  client: OllamaClient,
  model: string,
  signal?: AbortSignal,
): Promise<OllamaModel> {
  const options = { timeoutMs: metadataTimeoutMs, signal };
  return await asServiceError(async () => {
    const version = await readVersion(client, { signal });
    const listed = (await listModels(client, options)).find((one) => sameName(one.name, model));
    if (listed === undefined) {
      throw new ServiceError(
        `Ollama at ${client.where} has no model "${model}": run "${pullCommand(model)}" there, or use --pull.`,
      );
    }
    const shown = await fieldsOf(client, '/api/show', { model }, options);
    const capabilities = listOf(shown.capabilities);
    // Servers before 0.6.4 list none (github.com/awaescher/OllamaSharp/pull/213): the first request shows it.
    if (capabilities !== undefined && !capabilities.includes('embedding')) {
      throw new ServiceError(
        `The model "${model}" of Ollama at ${client.where} can't embed (it can: ${capabilities.join(', ')}): ` +
          'name an embedding model, such as nomic-embed-text.',
      );
    }
    const info = (shown.model_info ?? {}) as Fields;
    const architecture = asText(info['general.architecture'] ?? '');
    const context = numberOf(info[`${architecture}.context_length`]) ?? defaultContext;
    return {
      name: listed.name,
      digest: listed.digest,
      version,
      architecture,
      dimensions:
        dimensionsOf(info[`${architecture}.embedding_length_out`]) ??
        dimensionsOf(info[`${architecture}.embedding_length`]),
      maxTokens: Math.min(context, contextParameter(shown.parameters) ?? defaultContext),
      vocabulary:
        info['tokenizer.ggml.model'] === 'bert' ? await readVocabulary(client, model, options) : undefined,
    };
  });
}

/** Options of a request about the server itself. */
export interface LookOptions {
  /** Time-out of each request, in ms. @default 10000 */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** The release of the server. @throws {EmbedderFault} when it doesn't say */
export async function readVersion(client: OllamaClient, options: LookOptions = {}): Promise<string> {
  const { version } = await fieldsOf(client, '/api/version', undefined, inTime(options));
  return asText(version ?? 'unknown');
}

/** A model that is being pulled may be missing while its manifest is written: it is asked for again after this, in ms. */
const unlistedMs = 250;

/**
 * The digest that the server lists for a model now.
 * @returns undefined when it lists no such model
 * @throws {EmbedderFault} when it doesn't say
 */
export async function readDigest(
  client: OllamaClient,
  model: string,
  options: LookOptions = {},
): Promise<string | undefined> {
  const { signal } = options;
  const listed = async () => (await listModels(client, options)).find((one) => sameName(one.name, model));
  const first = await listed();
  if (first !== undefined) return first.digest;
  await sleep(unlistedMs, undefined, { signal }).catch(() => signal?.throwIfAborted());
  return (await listed())?.digest;
}

export interface AskOptions extends LookOptions, Access {}

/**
 * Tells whether the server has a model.
 * @throws {ServiceError} when the server can't be reached
 */
export async function hasModel(url: URL, model: string, options: AskOptions = {}): Promise<boolean> {
  const { timeoutMs = metadataTimeoutMs, signal, ...access } = options;
  const models = await asServiceError(() =>
    withClient({ url, ...access }, (client) => listModels(client, { timeoutMs, signal })),
  );
  return models.some((one) => sameName(one.name, model));
}

/** The models to prefer when the user names none, in this order; then any other that can embed. */
const preferred = ['bge-m3', 'nomic-embed-text', 'mxbai-embed-large', 'all-minilm'];

/**
 * Names of the models that can embed, the best first. Only the first few hundred models of a server are checked.
 * @throws {ServiceError} when the server can't be reached
 */
export async function listEmbeddingModels(url: URL, options: AskOptions = {}): Promise<string[]> {
  const { timeoutMs = metadataTimeoutMs, signal, ...access } = options;
  return await asServiceError(() =>
    withClient({ url, ...access, connectTimeoutMs: timeoutMs }, async (client) => {
      const models = await listModels(client, { timeoutMs, signal });
      const names = models
        .map(({ name }) => ({ name, rank: rankOf(name) }))
        .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))
        .slice(0, mostAsked);
      const able: string[] = [];
      for (let first = 0; first < names.length; first += askedAtOnce) {
        const asked = names.slice(first, first + askedAtOnce).map(async ({ name, rank }) => {
          const shown = await fieldsOf(client, '/api/show', { model: name }, { timeoutMs, signal });
          return (listOf(shown.capabilities)?.includes('embedding') ?? rank < preferred.length) ? [name] : [];
        });
        able.push(...(await Promise.all(asked)).flat());
      }
      return able;
    }),
  );
}

function rankOf(name: string): number {
  const rank = preferred.findIndex((one) => new RegExp(`(^|/)${one}(:|$)`).test(name));
  return rank < 0 ? preferred.length : rank;
}

/**
 * The models of a server: names as it lists them, digests in lower-case hex.
 * @throws {EmbedderFault} when it doesn't say
 */
export async function listModels(
  client: OllamaClient,
  options: LookOptions = {},
): Promise<{ name: string; digest: string }[]> {
  const { models } = await fieldsOf(client, '/api/tags', undefined, inTime(options));
  const isList = Array.isArray(models) && models.every(isObject);
  if (!isList) {
    throw new EmbedderFault('bad-answer', `${client.where}/api/tags lists no models: is that an Ollama?`);
  }
  return (models as Fields[]).map((one) => ({
    name: asText(one.name),
    digest: plainDigest(asText(one.digest)),
  }));
}

async function readVocabulary(
  client: OllamaClient,
  model: string,
  options: RequestOptions,
): Promise<string[] | undefined> {
  const shown = await fieldsOf(client, '/api/show', { model, verbose: true }, options);
  const tokens = (shown.model_info as Fields | undefined)?.['tokenizer.ggml.tokens'];
  if (!Array.isArray(tokens)) return undefined;
  let left = mostOfVocabulary;
  for (const token of tokens) {
    left -= 1 + (typeof token === 'string' ? token.length : mostOfVocabulary);
    if (left < 0) {
      const what = `${client.where}/api/show gave an impossible vocabulary: is that an Ollama?`;
      throw new EmbedderFault('bad-answer', what);
    }
  }
  return tokens as string[];
}

/** `x`, `X:latest`, `library/x` and `registry.ollama.ai/library/x` are the same model. */
function sameName(listed: string, wanted: string): boolean {
  return canonicalName(listed) === canonicalName(wanted);
}

/** num_ctx of the modelfile: `/api/show` gives its parameters as lines of name and value. */
function contextParameter(parameters: unknown): number | undefined {
  const line = typeof parameters === 'string' ? /^num_ctx\s+(\d+)/m.exec(parameters) : null;
  return line === null ? undefined : Number(line[1]);
}

function dimensionsOf(value: unknown): number | undefined {
  const dimensions = numberOf(value);
  return Number.isInteger(dimensions) && dimensions! <= mostDimensions ? dimensions : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}

function listOf(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Turns faults into ServiceErrors: a failure at the start means that the service can't be used. */
async function asServiceError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EmbedderFault) throw new ServiceError(error.message, { cause: error });
    throw error;
  }
}
