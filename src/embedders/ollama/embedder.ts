// src/embedders/ollama: an Ollama model as an embedder.
//
// In: texts. Out: one vector per text, in order, or an EmbedderFault whose meaning decides about a retry. Each call
// is one /api/embed request. It asks the server not to cut texts, and doesn't retry: back-off.ts does that.
// client.ts sends requests; error-messages.ts says what an error means; parse-answer.ts reads vectors;
// request-timeout.ts and late-request.ts decide how long to wait; model-info.ts reads what the server knows of a
// model.
import { ServiceError, UsageError } from '../../errors.js';
import { estimateCounter } from '../../tokens/estimating-counter.js';
import { wordPieceCounter } from '../../tokens/wordpiece-counter.js';
import type { EmbedderIdentity, Prefixes, TokenCounter } from '../../types/embedder.js';
import type { Vector } from '../../types/vector.js';
import type { TimedEmbedOptions } from '../answer-times.js';
import { accept } from '../guard/accept-vectors.js';
import { profileOf } from '../model-profiles.js';
import type { ServerEmbedder } from '../pool/member.js';
import { Pace, type RequestTime } from '../request-timeout.js';
import { type Access, OllamaClient } from './client.js';
import { latenessOf } from './late-request.js';
import { mostDimensions, type OllamaModel, readDigest, readModel, readVersion } from './model-info.js';
import { readEmbedAnswer } from './parse-answer.js';

export interface OllamaEmbedderOptions extends Access {
  /** Base URL of the server, as `parseOllamaHost` gives it. */
  url: URL;
  model: string;
  /** Dimensions of a vector, for models whose vectors can be shortened (Matryoshka). @default the model's own */
  dimensions?: number | undefined;
  /** @default by the name of the model */
  prefixes?: Partial<Prefixes> | undefined;
  /** Max tokens of a text, where the user says so. @default what the server says */
  maxTokens?: number | undefined;
  /** Min time-out of a request, in ms. */
  batchTimeoutMs: number;
  /** Time-out of a request that may have to load the model, in ms. @default 300000 */
  loadTimeoutMs?: number;
  /** Aborts the opening; `embed` has its own signal. */
  signal?: AbortSignal | undefined;
}

/**
 * Reads what the server knows of the model. The model itself is not loaded before the first `embed`.
 * @throws {ServiceError} when the server can't be reached, lacks the model, or the model can't embed
 * @throws {UsageError} when more dimensions are asked for than the model has
 */
export async function openOllamaEmbedder(options: OllamaEmbedderOptions): Promise<ServerEmbedder> {
  const client = new OllamaClient(options);
  try {
    const model = await readModel(client, options.model, options.signal);
    const dimensions = await dimensionsOf(client, model, options);
    return new OllamaEmbedder(client, model, dimensions, options);
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function dimensionsOf(
  client: OllamaClient,
  model: OllamaModel,
  options: OllamaEmbedderOptions,
): Promise<number> {
  const { dimensions: asked, signal, loadTimeoutMs: timeoutMs = 300_000 } = options;
  let own = model.dimensions;
  if (own === undefined) {
    // The server doesn't say how many: the vector of one text shows it.
    const body = { model: model.name, input: ['dimensions'], truncate: false };
    const answer = readEmbedAnswer(
      await client.bytes('/api/embed', body, { timeoutMs, signal }),
      0,
      client.where,
    );
    own = answer.vectors[0]?.length ?? 0;
    if (own > mostDimensions) {
      const what = `Ollama at ${client.where} gave a vector of ${own} values for "${model.name}": is that an Ollama?`;
      throw new ServiceError(what);
    }
  }
  if (asked !== undefined && asked > own) {
    throw new UsageError(`--dimensions ${asked} is more than "${model.name}" has: use ${own} or fewer.`);
  }
  return asked ?? own;
}

class OllamaEmbedder implements ServerEmbedder {
  readonly identity: EmbedderIdentity;
  readonly release: string;
  readonly counter: TokenCounter;
  readonly maxTokens: number;
  readonly defaultChunkTokens: number;
  readonly #client: OllamaClient;
  readonly #pace: Pace;
  /** Dimensions to ask for in every request; undefined: those of the model. */
  readonly #dimensions: number | undefined;
  /** Losses that the time-out already knows of. */
  #losses = 0;

  constructor(client: OllamaClient, model: OllamaModel, dimensions: number, options: OllamaEmbedderOptions) {
    const { chunkTokens, ...profile } = profileOf(options.model);
    const prefixes = { ...profile.prefixes, ...options.prefixes };
    this.identity = {
      embedder: 'ollama',
      variant: '',
      model: model.name,
      digest: model.digest,
      dimensions,
      options: options.maxTokens === undefined ? {} : { maxTokens: options.maxTokens },
      prefixes,
    };
    this.release = model.version;
    this.counter = model.vocabulary === undefined ? estimateCounter() : wordPieceCounter(model.vocabulary);
    this.maxTokens = Math.min(model.maxTokens, options.maxTokens ?? model.maxTokens);
    const room = this.maxTokens - this.counter.special - this.counter.count(prefixes.document);
    this.defaultChunkTokens = Math.max(1, Math.min(chunkTokens, room));
    this.#client = client;
    this.#pace = new Pace(options.batchTimeoutMs, options.loadTimeoutMs);
    this.#dimensions = options.dimensions;
  }

  get url(): string {
    return this.#client.where;
  }

  get where(): string {
    return `Ollama at ${this.url}`;
  }

  get weights(): string {
    return this.identity.digest;
  }

  get losses(): number {
    return this.#client.losses;
  }

  get isWatched(): boolean {
    return this.#client.isWatched;
  }

  get msPerToken(): number | undefined {
    return this.#pace.msPerToken;
  }

  async embed(texts: readonly string[], options: TimedEmbedOptions = {}): Promise<Vector[]> {
    if (texts.length === 0) throw new RangeError('expected one text or more');
    const tokens = (options.tokens ?? this.#count(texts)) + texts.length * this.counter.special;
    if (this.losses !== this.#losses) {
      this.#losses = this.losses;
      this.#pace.mayHaveToLoad();
    }
    const dimensions = Math.min(options.dimensions ?? Number.POSITIVE_INFINITY, this.identity.dimensions);
    const { signal, leastMs, times, trace } = options;
    const request = async (time: RequestTime) => {
      const body = this.#body(texts, options.truncate ?? false, options.dimensions && dimensions);
      const maxBytes = mostBytesOf(texts.length, this.identity.dimensions);
      const onLate = latenessOf(this.#client, this.identity.model, time, signal);
      const asked = {
        timeoutMs: time.lateMs,
        signal,
        maxBytes,
        onLate,
        trace,
        onHead: times && (() => times.headed()),
      };
      times?.sent();
      const bytes = await this.#client.bytes('/api/embed', body, asked);
      const { vectors, workedMs } = readEmbedAnswer(bytes, dimensions, this.url);
      if (workedMs !== undefined) times?.worked(workedMs);
      return accept(vectors, texts.length, dimensions, this.where);
    };
    return await this.#pace.timed(tokens, request, leastMs);
  }

  /** The options are the same in every request: with other options, Ollama would load the model again. */
  #body(texts: readonly string[], truncate: boolean, asked: number | undefined): object {
    const dimensions = asked ?? this.#dimensions;
    const body = { model: this.identity.model, truncate, input: texts };
    return dimensions === undefined ? body : { ...body, dimensions };
  }

  #count(texts: readonly string[]): number {
    return texts.reduce((sum, text) => sum + this.counter.count(text), 0);
  }

  digest(signal: AbortSignal): Promise<string | undefined> {
    return readDigest(this.#client, this.identity.model, { signal });
  }

  version(signal: AbortSignal): Promise<string> {
    return readVersion(this.#client, { signal });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** Max bytes of an answer. A number takes at most 24 bytes, unless a server sends needless digits or spaces. */
function mostBytesOf(texts: number, dimensions: number): number {
  return 1024 * 1024 + texts * Math.min(Math.max(dimensions, 4096), 65_536) * 32;
}
