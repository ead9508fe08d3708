// src/embedders/openai: a model of an OpenAI-compatible server as an embedder: llama.cpp's server, TEI, vLLM, infinity,
// LM Studio, LocalAI, OpenAI itself.
//
// In: texts. Out: one vector per text, in order, or an EmbedderFault whose meaning decides about a retry. Each call is
// one /embeddings request, or a few where the server takes fewer texts; back-off.ts retries. about.ts reads what the
// server says of itself; windows.ts tries what it doesn't say; length-guard.ts sees that no text is cut silently;
// parse-answer.ts reads vectors; error-messages.ts says what an error means.
// What must hold: these servers name no digest, so only their canaries tell two models apart; what they do say of their
// weights must stay as it was.
import { EmbedderFault, ServiceError, UsageError } from '../../errors.js';
import { isLate, policyOf } from '../../fault-policy.js';
import { estimateCounter } from '../../tokens/estimating-counter.js';
import type { EmbedderIdentity, EmbedOptions, Prefixes, TokenCounter } from '../../types/embedder.js';
import type { Vector } from '../../types/vector.js';
import { accept } from '../guard/accept-vectors.js';
import { decideLate, type Presence } from '../lateness.js';
import { profileOf } from '../model-profiles.js';
import type { ServerEmbedder } from '../pool/member.js';
import { Pace, type RequestTime } from '../request-timeout.js';
import type { Access } from '../server-client.js';
import { readAbout, readRelease, readWeights, type ServerAbout } from './about.js';
import type { OpenAiAddress } from './address.js';
import { OpenAiClient } from './client.js';
import { learnShape, type Shape } from './first-answer.js';
import { LengthGuard } from './length-guard.js';
import { type EmbeddingsAnswer, readEmbeddings } from './parse-answer.js';
import { countTokens } from './tokenize.js';
import { checkWindow, findWindow, mostTried, type Tried } from './windows.js';

export interface OpenAiEmbedderOptions extends Access {
  address: OpenAiAddress;
  /** The model as the settings name it, which is its name in the vector space; undefined: the only one of the server. */
  model: string | undefined;
  /** Dimensions of a vector; where the server ignores the wish, vectors are shortened here. @default the model's own */
  dimensions?: number | undefined;
  /** @default by the name of the model */
  prefixes?: Partial<Prefixes> | undefined;
  /** Max tokens of a text, where the user says so. @default what the server says, or what is found by trying */
  maxTokens?: number | undefined;
  /** For a question alone, whose length hardly matters: no more is tried than tells small windows from others. @default false */
  isBrief?: boolean | undefined;
  /** Min time-out of a request, in ms. */
  batchTimeoutMs: number;
  /** Time-out of a request that may have to load the model, in ms. @default 300000 */
  loadTimeoutMs?: number;
  /** Aborts the opening; `embed` has its own signal. */
  signal?: AbortSignal | undefined;
}

/**
 * Asks the server what it is, and embeds a word to see which vectors it gives.
 * @throws {ServiceError} when the server can't be reached, lacks the model, or the model can't embed
 * @throws {UsageError} when more dimensions or tokens are asked for than the model has
 */
export async function openOpenAiEmbedder(options: OpenAiEmbedderOptions): Promise<ServerEmbedder> {
  const { address, apiKey, proxies, signal, loadTimeoutMs: timeoutMs = 300_000 } = options;
  const client = new OpenAiClient({ address, apiKey, proxies });
  try {
    const about = await readAbout(client, address.model ?? options.model, { signal });
    const shape = await learnShape(client, about.model, {
      dimensions: options.dimensions,
      timeoutMs,
      signal,
    });
    const embedder = new OpenAiEmbedder(client, about, shape, options);
    await embedder.learnWindow(signal);
    return embedder;
  } catch (error) {
    await client.close();
    throw error instanceof EmbedderFault ? new ServiceError(error.message, { cause: error }) : error;
  }
}

/** A server that doesn't list its models within this time, in ms, hangs. */
const silentMs = 2000;

class OpenAiEmbedder implements ServerEmbedder {
  readonly identity: EmbedderIdentity;
  readonly release: string;
  readonly counter: TokenCounter = estimateCounter();
  readonly url: string;
  readonly where: string;
  readonly weights: string;
  readonly #client: OpenAiClient;
  readonly #about: ServerAbout;
  readonly #shape: Shape;
  readonly #options: OpenAiEmbedderOptions;
  readonly #pace: Pace;
  #guard: LengthGuard;
  #maxTokens: number;
  /** Losses that the time-out already knows of. */
  #losses = 0;

  constructor(client: OpenAiClient, about: ServerAbout, shape: Shape, options: OpenAiEmbedderOptions) {
    const model = options.model ?? about.model;
    const { prefixes } = profileOf(model);
    const { maxTokens } = options;
    this.identity = {
      embedder: 'openai',
      variant: '',
      model,
      digest: '',
      dimensions: shape.dimensions,
      options: maxTokens === undefined ? {} : { maxTokens },
      prefixes: { ...prefixes, ...options.prefixes },
    };
    this.#client = client;
    this.#about = about;
    this.#shape = shape;
    this.#options = options;
    this.#pace = new Pace(options.batchTimeoutMs, options.loadTimeoutMs);
    this.url = client.base;
    this.where = `The server at ${this.url}`;
    this.release = about.release;
    this.weights = about.weights;
    if (maxTokens !== undefined && about.maxTokens !== undefined && maxTokens > about.maxTokens) {
      throw new UsageError(
        `${this.where} takes ${about.maxTokens} tokens a text: set maxTokens to ${about.maxTokens} or fewer.`,
      );
    }
    this.#maxTokens = maxTokens ?? about.maxTokens ?? 0;
    this.#guard = this.#guardOf({ maxTokens: this.#maxTokens, tooLong: about.tooLong });
  }

  /**
   * Finds out how long a text may be, and what becomes of longer ones, as far as the server didn't say.
   * @throws {EmbedderFault} when a request fails
   * @throws {UsageError} when it takes fewer tokens than the user says
   */
  async learnWindow(signal: AbortSignal | undefined): Promise<void> {
    const { maxTokens, isBrief = false } = this.#options;
    if (this.#maxTokens > 0 && (isBrief || this.#about.tooLong)) return;
    const tried = await this.#tryOut(signal);
    if (maxTokens !== undefined && tried.maxTokens < Math.min(maxTokens, mostTried)) {
      throw new UsageError(
        `${this.where} takes ${tried.maxTokens} tokens a text, as tried out, not ${maxTokens}: set maxTokens to ${tried.maxTokens} or fewer.`,
      );
    }
    this.#maxTokens = tried.maxTokens;
    this.#guard = this.#guardOf(tried);
  }

  get maxTokens(): number {
    return this.#maxTokens;
  }

  get defaultChunkTokens(): number {
    const { chunkTokens } = profileOf(this.identity.model);
    const room = this.#maxTokens - this.counter.special - this.counter.count(this.identity.prefixes.document);
    return Math.max(1, Math.min(chunkTokens, room));
  }

  get refusesToCut(): boolean {
    return true;
  }

  get isWatched(): boolean {
    return this.#client.isWatched;
  }

  get losses(): number {
    return this.#client.losses;
  }

  get msPerToken(): number | undefined {
    return this.#pace.msPerToken;
  }

  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Vector[]> {
    if (texts.length === 0 || texts.includes('')) {
      throw new RangeError('expected one text or more, none of them empty');
    }
    const doubtful = options.truncate ? new Set<number>() : await this.#guard.doubtful(texts, options.signal);
    const vectors = new Array<Vector>(texts.length);
    for (const places of this.#requestsFor(texts, doubtful)) {
      const answer = await this.#request(
        places.map((place) => texts[place]!),
        options,
      );
      if (doubtful.has(places[0]!)) this.#guard.check(answer.tokens);
      for (const [at, place] of places.entries()) vectors[place] = answer.vectors[at]!;
    }
    return vectors;
  }

  /** The places of the texts of each request: the doubtful ones alone, the others together as far as the server allows. */
  #requestsFor(texts: readonly string[], doubtful: ReadonlySet<number>): number[][] {
    const together = [...texts.keys()].filter((place) => !doubtful.has(place));
    const size = this.#about.maxTexts ?? texts.length;
    const requests = [...doubtful].map((place) => [place]);
    for (let first = 0; first < together.length; first += size)
      requests.push(together.slice(first, first + size));
    return requests;
  }

  async #request(texts: readonly string[], options: EmbedOptions): Promise<EmbeddingsAnswer> {
    const { signal, leastMs, trace } = options;
    const tokens = this.#count(texts) + texts.length * this.counter.special;
    if (this.losses !== this.#losses) {
      this.#losses = this.losses;
      this.#pace.mayHaveToLoad();
    }
    const dimensions = Math.min(options.dimensions ?? Number.POSITIVE_INFINITY, this.identity.dimensions);
    const request = async (time: RequestTime) => {
      const answer = await this.#post(texts, dimensions, {
        timeoutMs: time.lateMs,
        signal,
        trace,
        onLate: decideLate({
          time,
          look: () => this.#presence(signal),
          silence: (ms) => this.#client.faults.silence(this.url, ms, 'none about its models'),
          deadline: (ms) => this.#client.faults.deadline(this.url, ms),
        }),
      });
      const vectors = answer.vectors.map((vector) => shortened(vector, dimensions));
      return { ...answer, vectors: accept(vectors, texts.length, dimensions, this.where) };
    };
    return await this.#pace.timed(tokens, request, leastMs);
  }

  async #post(
    texts: readonly string[],
    dimensions: number,
    options: Omit<Parameters<OpenAiClient['bytes']>[2], 'maxBytes'>,
  ): Promise<EmbeddingsAnswer> {
    const { encoding, asks } = this.#shape;
    const body = {
      model: this.#about.model,
      input: texts,
      ...(encoding && { encoding_format: encoding }),
      ...(asks && { dimensions }),
    };
    const maxBytes = mostBytesOf(texts.length, this.identity.dimensions);
    const bytes = await this.#client.bytes(this.#client.path('/embeddings'), body, { ...options, maxBytes });
    return readEmbeddings(bytes, texts.length, this.url);
  }

  /** These servers don't say whether a model is loaded; one that doesn't list its models hangs. */
  async #presence(signal: AbortSignal | undefined): Promise<Presence> {
    try {
      await this.#client.bytes(this.#client.path('/models'), undefined, { timeoutMs: silentMs, signal });
      return 'unknown';
    } catch (error) {
      const isSilent = error instanceof EmbedderFault && (isLate(error) || policyOf(error).unmet);
      return isSilent ? 'silent' : 'unknown';
    }
  }

  #guardOf({
    maxTokens,
    tooLong,
  }: Pick<Tried, 'maxTokens'> & { tooLong: Tried['tooLong'] | undefined }): LengthGuard {
    const { flavour } = this.#about;
    return new LengthGuard({
      maxTokens,
      tooLong,
      counter: this.counter,
      where: this.where,
      tryOut: (signal) => this.#tryOut(signal),
      ...(flavour === 'tei' && { count: (text, signal) => countTokens(this.#client, text, signal) }),
    });
  }

  async #tryOut(signal: AbortSignal | undefined): Promise<Tried> {
    const { loadTimeoutMs: timeoutMs = 300_000, maxTokens, isBrief } = this.#options;
    const send = (texts: readonly string[]) =>
      this.#post(texts, this.identity.dimensions, { timeoutMs, signal });
    const said = maxTokens ?? this.#about.maxTokens;
    return said === undefined ? await findWindow(send, isBrief) : await checkWindow(send, said);
  }

  #count(texts: readonly string[]): number {
    return texts.reduce((sum, text) => sum + this.counter.count(text), 0);
  }

  digest(signal: AbortSignal): Promise<string | undefined> {
    return readWeights(this.#client, this.#about, { signal });
  }

  version(signal: AbortSignal): Promise<string> {
    return readRelease(this.#client, this.#about, { signal });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** The first values. They are normalised where answers are accepted, as by servers that shorten themselves. */
function shortened(vector: Vector, dimensions: number): Vector {
  return vector.length > dimensions ? vector.slice(0, dimensions) : vector;
}

/** Max bytes of an answer. A number takes at most 24 bytes, unless a server sends needless digits or spaces. */
function mostBytesOf(texts: number, dimensions: number): number {
  return 1024 * 1024 + texts * Math.min(Math.max(dimensions, 4096), 65_536) * 32;
}
