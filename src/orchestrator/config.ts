// The options of an orchestrator, checked, with presets for models and for production.
import { problemWith, type Rule, readText } from '../config/kinds/rule.js';
import { counts } from '../config/load.js';
import { type RedisSettings, redisSettings } from '../config/redis-settings.js';
import { type Settings, settingsTable } from '../config/settings.js';
import { defaultUrl } from '../embedders/ollama/host.js';
import { variable } from '../environment.js';
import { UsageError } from '../errors.js';
import type { Priority } from '../types/requests.js';
import { batchBounds, maxTexts } from '../upstream/limiter-settings.js';
import { startFor } from './model-start.js';

/** The settings of `.batchrc` that concern texts, and options that only a long-lived orchestrator needs. */
export interface BatchOptions
  extends Partial<
    Pick<
      Settings,
      | 'embedder'
      | 'model'
      | 'ollamaUrl'
      | 'ollamaApiKey'
      | 'url'
      | 'queue'
      | 'queueName'
      | 'openaiApiKey'
      | 'documentPrefix'
      | 'queryPrefix'
      | 'maxTokens'
      | 'httpProxy'
      | 'httpsProxy'
      | 'noProxy'
      | 'httpClient'
      | 'dimensions'
      | 'batchSize'
      | 'concurrency'
      | 'batchTimeout'
      | 'batchInterval'
      | 'maxRetries'
      | 'waitForServer'
      | 'cache'
      | 'cacheTtl'
      | 'cacheMaxSize'
      | 'cacheDir'
      | 'redisUrl'
      | 'redisHost'
      | 'redisPort'
      | 'redisPassword'
      | 'redisDb'
    >
  > {
  /** Max texts of a request, 1 to 64. @default 64 */
  maxBatchSize?: number;
  /** Texts of the first requests, when `batchSize` isn't fixed. @default 32 */
  startBatchSize?: number;
  /** Max tokens of a request; a single text may have more. @default 32768 */
  maxBatchTokens?: number;
  /** `false`: every text is sent alone, as without this library. @default true */
  enableBatching?: boolean;
  /** Max texts that wait for a request; with more, callers wait. @default 10000 */
  maxQueueSize?: number;
  /** Priority of texts without one: 0 first, 4 last. @default 2 */
  priority?: Priority;
  /** Which of the model's prefixes is put before each text. @default 'none' */
  prefix?: PrefixKind;
  /** Max memory for vectors in this process, in MiB; 0 for none. @default 64 */
  cacheMaxMemoryMb?: number;
  /** How long a result is kept for fetching by its id, in seconds. @default 300 */
  resultTtl?: number;
}

/** `document` as in an ingest, `query` as in a search, `none` as Ollama itself. */
export type PrefixKind = 'none' | 'document' | 'query';

/** Options that `.batchrc` doesn't have, declared as its settings are. */
const ownOptions = {
  maxBatchSize: { kind: 'integer', default: maxTexts, least: 1, most: maxTexts },
  startBatchSize: { kind: 'integer', default: 32, least: 1, most: maxTexts },
  maxBatchTokens: { kind: 'integer', default: batchBounds.tokens, least: 1, most: 10_000_000 },
  enableBatching: { kind: 'boolean', default: true },
  maxQueueSize: { kind: 'integer', default: 10_000, least: 1, most: 100_000_000 },
  priority: { kind: 'integer', default: 2, least: 0, most: 4 },
  prefix: { kind: 'choice', choices: ['none', 'document', 'query'], default: 'none' },
  cacheMaxMemoryMb: { kind: 'integer', default: 64, least: 0, most: 1_000_000 },
  resultTtl: { kind: 'integer', default: 300, least: 1, most: 7 * 86_400 },
} as const satisfies Record<string, Rule & { default: unknown }>;

const rules = new Map<string, Rule>([
  ...settingsTable.map((setting) => [setting.key, setting] as const),
  ...Object.entries(ownOptions),
]);

/** Checked options; immutable. */
export class BatchConfig {
  /** All settings, with the defaults of the command line. */
  readonly settings: Readonly<Settings>;
  /** Texts of a request at most. */
  readonly maxBatchSize: number;
  /** Texts of the first requests; never more than `maxBatchSize`. */
  readonly startBatchSize: number;
  /** Tokens of a request at most; a single text may have more. */
  readonly maxBatchTokens: number;
  /** `false`: every text travels alone. */
  readonly enableBatching: boolean;
  /** Texts that may wait for a request. */
  readonly maxQueueSize: number;
  /** Priority of texts without one. */
  readonly priority: Priority;
  /** Which of the model's prefixes is put before a text. */
  readonly prefix: PrefixKind;
  /** Vectors kept in the memory of this process, in MiB; 0 for none. */
  readonly cacheMaxMemoryMb: number;
  /** How long a result waits to be fetched by its id, in seconds. */
  readonly resultTtl: number;
  readonly #options: BatchOptions;

  /**
   * Checks the options. An option that is undefined counts as not given.
   * @throws {UsageError} naming the option that is wrong
   */
  constructor(options: BatchOptions = {}) {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    for (const [key, value] of Object.entries(given)) checkOption(key, value);
    this.#options = given;
    const defaults = Object.fromEntries(settingsTable.map((setting) => [setting.key, setting.default]));
    this.settings = { ...defaults, ...given } as unknown as Settings;
    this.maxBatchSize = options.maxBatchSize ?? ownOptions.maxBatchSize.default;
    this.startBatchSize = Math.min(
      options.startBatchSize ?? ownOptions.startBatchSize.default,
      this.maxBatchSize,
    );
    this.maxBatchTokens = options.maxBatchTokens ?? ownOptions.maxBatchTokens.default;
    this.enableBatching = options.enableBatching ?? ownOptions.enableBatching.default;
    this.maxQueueSize = options.maxQueueSize ?? ownOptions.maxQueueSize.default;
    this.priority = options.priority ?? ownOptions.priority.default;
    this.prefix = options.prefix ?? ownOptions.prefix.default;
    this.cacheMaxMemoryMb = options.cacheMaxMemoryMb ?? ownOptions.cacheMaxMemoryMb.default;
    this.resultTtl = options.resultTtl ?? ownOptions.resultTtl.default;
  }

  /**
   * The variables that the command line reads: `OLLAMA_HOST`, `OLLAMA_EMBEDDING_MODEL`, `REDIS_URL` …
   * @throws {UsageError} naming the invalid variable
   */
  static fromEnv(env: NodeJS.ProcessEnv = process.env): BatchConfig {
    const options: { [key: string]: unknown } = {};
    for (const setting of settingsTable) {
      const { key, env: name } = setting;
      // Those of OpenAI are in many shells; only what names that embedder makes them count.
      if (!counts(setting, { embedder: 'auto' })) continue;
      const text = name === undefined ? undefined : variable(name, env);
      if (text === undefined) continue;
      options[key] = readText(setting, text);
      const problem = problemWith(setting, options[key]);
      if (problem) throw new UsageError(`${name}: ${problem}.`);
    }
    return new BatchConfig(options);
  }

  /**
   * Settings as the command line loads them.
   * @param settings of `loadSettings`; what concerns documents and outputs is left out
   * @param more options that win over these
   * @throws {UsageError} naming the option that is wrong
   */
  static fromSettings(settings: Settings, more: BatchOptions = {}): BatchConfig {
    // Leave out the settings of documents and outputs: an orchestrator has none.
    const { out, format, dtype, chunkSize, chunkOverlap, context, include, exclude, gitignore, ...others } =
      settings;
    const { maxFileSize, maxReadMemory, maxReadTime, ...rest } = others;
    return new BatchConfig({ ...rest, ...more });
  }

  /**
   * Where to start with a model, by its family and size: texts and tokens of a request, requests in flight
   * (all three follow the server from there on), and the prefix for documents.
   * @param model Ollama's name for it; an unknown one is taken for one of medium size
   * @param options that win over these
   * @throws {UsageError} naming the option that is wrong
   */
  static optimizedFor(model: string, options: BatchOptions = {}): BatchConfig {
    return new BatchConfig({ embedder: 'ollama', model, prefix: 'document', ...startFor(model), ...options });
  }

  /**
   * For a service that must ride out restarts: waits a minute for servers, tries 5 times more, queues 50,000 texts,
   * keeps vectors a week in Redis and 256 MiB of them in memory.
   * @param options that win over these
   * @throws {UsageError} naming the option that is wrong
   */
  static production(options: BatchOptions = {}): BatchConfig {
    return new BatchConfig({
      maxRetries: 5,
      waitForServer: 60_000,
      maxQueueSize: 50_000,
      cacheTtl: 7 * 86_400,
      cacheMaxMemoryMb: 256,
      ...options,
    });
  }

  /** The same with other options. @throws {UsageError} naming the option that is wrong */
  with(options: BatchOptions): BatchConfig {
    return new BatchConfig({ ...this.#options, ...options });
  }

  /** The options of the Ollama servers, without the key. */
  toOllamaConfig(): OllamaConfig {
    const { ollamaUrl, model, dimensions, batchTimeout, maxRetries, batchSize, concurrency } = this.settings;
    return {
      urls: ollamaUrl ?? [defaultUrl],
      model,
      dimensions,
      timeoutMs: batchTimeout,
      maxRetries,
      batchSize: batchSize ?? this.startBatchSize,
      maxBatchSize: this.maxBatchSize,
      concurrency,
    };
  }

  /** What concerns Redis, password included; undefined when no Redis is configured. */
  toRedisConfig(): RedisSettings | undefined {
    return redisSettings(this.settings);
  }
}

/** What an orchestrator is told of its Ollama servers. */
export interface OllamaConfig {
  /** Addresses of the servers, at least one. */
  urls: string[];
  /** Undefined: the best model of the server. */
  model: string | undefined;
  /** Dimensions asked of a Matryoshka model; undefined: all of the model. */
  dimensions: number | undefined;
  /** Min time-out of a request, in ms. */
  timeoutMs: number;
  /** Tries after a failed request. */
  maxRetries: number;
  /** Texts of the first requests. */
  batchSize: number;
  /** Texts of a request at most. */
  maxBatchSize: number;
  /** Requests in flight per server; undefined: adapts to the server. */
  concurrency: number | undefined;
}

/** @throws {UsageError} when the value is invalid for the option */
export function checkOption(key: string, value: unknown): void {
  const rule = rules.get(key);
  const problem = rule ? problemWith(rule, value) : 'no such option; BatchOptions lists them';
  if (problem) throw new UsageError(`${key}: ${problem}.`);
}
