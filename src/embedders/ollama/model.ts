// What a server says of a model, read once: identity, sizes and vocabulary. Nothing here loads the model.
import { EmbedderFault, ServiceError } from '../../errors.js';
import { type OllamaClient, type RequestOptions, withClient } from './client.js';
import { canonicalName, pullCommand } from './name.js';

export interface OllamaModel {
  /** With its tag, as the server lists it. */
  name: string;
  /** Lower-case hex. */
  digest: string;
  /** Version of the server. */
  version: string;
  architecture: string;
  /** Of a vector, before it is cut; undefined when the server doesn't say. */
  dimensions: number | undefined;
  /** The longest text in tokens, special tokens included, as the server loads the model. */
  maxTokens: number;
  /** The tokens of a WordPiece model, by id; undefined for other tokenizers. */
  vocabulary: readonly string[] | undefined;
}

/** Metadata are small and come at once; a server that is busy with a model still has them. */
const metadataTimeoutMs = 10_000;

/**
 * The context of a model whose modelfile sets no num_ctx, however long its own: what servers have on machines
 * with little video memory (github.com/ollama/ollama/issues/14073). Old ones have 2048, and OLLAMA_CONTEXT_LENGTH
 * can be anything; such a server refuses what is too long for it.
 */
const defaultContext = 4096;

type Fields = { [key: string]: unknown };

/**
 * Reads what is known of a model.
 * @throws {ServiceError} when the server can't be reached, lacks the model, or the model can't embed
 */
export async function readModel(
  client: OllamaClient,
  model: string,
  signal?: AbortSignal,
): Promise<OllamaModel> {
  const options = { timeoutMs: metadataTimeoutMs, signal };
  return await asServiceError(async () => {
    const { version } = (await client.json('/api/version', undefined, options)) as Fields;
    const listed = (await listModels(client, options)).find((one) => sameName(one.name, model));
    if (listed === undefined) {
      throw new ServiceError(
        `Ollama at ${client.where} has no model "${model}": run "${pullCommand(model)}" there, or use --pull.`,
      );
    }
    const shown = (await client.json('/api/show', { model }, options)) as Fields;
    const capabilities = shown.capabilities as string[] | undefined;
    // Servers before 0.6.4 list none (github.com/awaescher/OllamaSharp/pull/213): the first request shows it.
    if (capabilities !== undefined && !capabilities.includes('embedding')) {
      throw new ServiceError(
        `The model "${model}" of Ollama at ${client.where} can't embed (it can: ${capabilities.join(', ')}): ` +
          'name an embedding model, such as nomic-embed-text.',
      );
    }
    const info = (shown.model_info ?? {}) as Fields;
    const architecture = String(info['general.architecture'] ?? '');
    const context = numberOf(info[`${architecture}.context_length`]) ?? defaultContext;
    return {
      name: listed.name,
      digest: listed.digest,
      version: String(version),
      architecture,
      dimensions:
        numberOf(info[`${architecture}.embedding_length_out`]) ??
        numberOf(info[`${architecture}.embedding_length`]),
      maxTokens: Math.min(context, contextParameter(shown.parameters) ?? defaultContext),
      vocabulary:
        info['tokenizer.ggml.model'] === 'bert' ? await readVocabulary(client, model, options) : undefined,
    };
  });
}

export interface AskOptions {
  apiKey?: string | undefined;
  /** For each request, in ms. @default 10000 */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Whether the server has a model.
 * @throws {ServiceError} when the server can't be reached
 */
export async function hasModel(url: URL, model: string, options: AskOptions = {}): Promise<boolean> {
  const { apiKey, timeoutMs = metadataTimeoutMs, signal } = options;
  const models = await asServiceError(() =>
    withClient({ url, apiKey }, (client) => listModels(client, { timeoutMs, signal })),
  );
  return models.some((one) => sameName(one.name, model));
}

/** Which models an unasked user gets, first to last; any other that can embed comes after them. */
const preferred = ['bge-m3', 'nomic-embed-text', 'mxbai-embed-large', 'all-minilm'];

/**
 * Names of the models that can embed, the best first.
 * @throws {ServiceError} when the server can't be reached
 */
export async function listEmbeddingModels(url: URL, options: AskOptions = {}): Promise<string[]> {
  const { apiKey, timeoutMs = metadataTimeoutMs, signal } = options;
  return await asServiceError(() =>
    withClient({ url, apiKey, connectTimeoutMs: timeoutMs }, async (client) => {
      const models = await listModels(client, { timeoutMs, signal });
      const able = await Promise.all(
        models.map(async ({ name }) => {
          const shown = (await client.json('/api/show', { model: name }, { timeoutMs, signal })) as Fields;
          const { capabilities } = shown as { capabilities?: string[] };
          return capabilities?.includes('embedding') ?? rankOf(name) < preferred.length;
        }),
      );
      return models
        .map((model) => model.name)
        .filter((_, index) => able[index])
        .sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
    }),
  );
}

function rankOf(name: string): number {
  const rank = preferred.findIndex((one) => new RegExp(`(^|/)${one}(:|$)`).test(name));
  return rank < 0 ? preferred.length : rank;
}

async function listModels(
  client: OllamaClient,
  options: RequestOptions,
): Promise<{ name: string; digest: string }[]> {
  const { models } = (await client.json('/api/tags', undefined, options)) as { models?: Fields[] };
  if (!Array.isArray(models)) {
    throw new EmbedderFault('bad-answer', `${client.where}/api/tags lists no models: is that an Ollama?`);
  }
  return models.map((one) => ({
    name: String(one.name),
    digest: String(one.digest).replace(/^sha256:/, ''),
  }));
}

async function readVocabulary(
  client: OllamaClient,
  model: string,
  options: RequestOptions,
): Promise<string[] | undefined> {
  const shown = (await client.json('/api/show', { model, verbose: true }, options)) as Fields;
  const tokens = (shown.model_info as Fields | undefined)?.['tokenizer.ggml.tokens'];
  return Array.isArray(tokens) ? tokens.map(String) : undefined;
}

/** `x` and `x:latest` are the same model, in whatever case; so are `library/x` and `registry.ollama.ai/library/x`. */
function sameName(listed: string, wanted: string): boolean {
  return canonicalName(listed) === canonicalName(wanted);
}

/** num_ctx of the modelfile: `/api/show` prints its parameters as lines of name and value. */
function contextParameter(parameters: unknown): number | undefined {
  const line = typeof parameters === 'string' ? /^num_ctx\s+(\d+)/m.exec(parameters) : null;
  return line === null ? undefined : Number(line[1]);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}

/** At the start a server that fails is a service that can't be used, and no fault of a request. */
async function asServiceError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EmbedderFault) throw new ServiceError(error.message, { cause: error });
    throw error;
  }
}
