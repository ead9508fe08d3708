// The settings, each declared once: key, kind and bounds, flag, variable, default and help. From here come the type
// of all settings, flags and their help, `.batchrc` keys, `embed config`, the table of docs/settings.md, the example of a
// configuration and its JSON Schema, so they can't disagree.
import { defaultOllamaUrl } from '../text/masked-address.js';
import type { About } from './about.js';
import type { Rule } from './kinds/rule.js';

const mib = 1024 * 1024;
/** Seconds. */
const day = 86_400;
const dayMs = 1000 * day;

export const declared = {
  /** Output folder. @default './embeddings' */
  out: {
    kind: 'path',
    flag: '-o, --out <dir>',
    env: 'EMBED_OUT',
    default: './embeddings',
    example: './embeddings',
    help: 'output folder',
  },
  /** Files to write; `npy` always is. @default ['jsonl', 'npy'] */
  format: {
    kind: 'list',
    of: { kind: 'choice', choices: ['jsonl', 'npy'] },
    least: 1,
    flag: '--format <list>',
    default: ['jsonl', 'npy'],
    example: ['jsonl', 'npy'],
    help: 'jsonl puts vectors into chunks.jsonl too; vectors.npy is always written',
  },
  /** The numbers of vectors.npy. @default those of the output, float32 for a new one */
  dtype: {
    kind: 'choice',
    choices: ['float32', 'float16'],
    flag: '--dtype <type>',
    otherwise: 'float32',
    example: 'float32',
    help: 'float16: vectors in half of the space, rounded to three digits',
  },
  /** What makes the vectors; `auto`: what made the output, else Ollama, else the built-in one. @default 'auto' */
  embedder: {
    kind: 'choice',
    choices: ['auto', 'ollama', 'openai', 'builtin'],
    flag: '--embedder <name>',
    env: 'EMBED_EMBEDDER',
    default: 'auto',
    example: 'auto',
    help: 'auto: what the output was made with, else Ollama, else the built-in one; openai: any server of that API',
  },
  /** Name of the model on the server. @default the best embedding model of an Ollama, the only model of another server */
  model: {
    kind: 'text',
    flag: '--model <name>',
    flagWhile: { embedder: ['auto', 'ollama', 'openai'] },
    env: 'OLLAMA_EMBEDDING_MODEL',
    envWhile: { embedder: ['auto', 'ollama', 'builtin'] },
    decided: 'best of the server',
    example: 'nomic-embed-text',
    help: 'model of the server',
  },
  /**
   * Ollama servers, each with `#weight=n` where it should get more or less. Behind the first, `openai+http://…/v1` is a server of
   * OpenAI's API with the same model. @default http://127.0.0.1:11434
   */
  ollamaUrl: {
    kind: 'list',
    of: { kind: 'address' },
    least: 1,
    flag: '--ollama-url <url>',
    flagWhile: { embedder: ['auto', 'ollama'] },
    env: 'OLLAMA_HOST',
    otherwise: [defaultOllamaUrl],
    example: [defaultOllamaUrl],
    help: 'Ollama server; repeatable; openai+http://…/v1 behind the first: one of OpenAI’s API',
  },
  /** Bearer token for the Ollama servers. @default none */
  ollamaApiKey: {
    kind: 'secret',
    env: 'OLLAMA_API_KEY',
    secretFor: { to: [['ollamaUrl']], unless: { embedder: ['builtin', 'openai'] } },
    help: 'bearer token for the Ollama servers',
  },
  /** Base URLs of OpenAI-compatible servers; they count with `embedder` openai alone. @default none */
  url: {
    kind: 'list',
    of: { kind: 'address' },
    least: 1,
    flag: '--url <url>',
    env: 'OPENAI_BASE_URL',
    envWhile: { embedder: ['openai'] },
    example: ['http://127.0.0.1:8080/v1'],
    help: 'with --embedder openai: base URL of the server, e.g. http://127.0.0.1:8080/v1; repeatable',
  },
  /** Bearer token for the OpenAI-compatible servers. @default none */
  openaiApiKey: {
    kind: 'secret',
    env: 'OPENAI_API_KEY',
    envWhile: { embedder: ['openai'] },
    secretFor: { to: [['url']], unless: { embedder: ['auto', 'ollama', 'builtin'] } },
    help: 'with --embedder openai: bearer token for its servers',
  },
  /** Redis with a queue whose workers embed in place of a server: `redis://`, `rediss://` or `unix://`. @default none */
  queue: {
    kind: 'address',
    pattern: /^(rediss?|unix):\/\//,
    wanted: 'the address of one Redis that starts with redis://, rediss:// or unix://',
    flag: '--queue <url>',
    env: 'EMBED_QUEUE',
    help: 'Redis with a queue of `embed worker`, which embeds in place of a server',
  },
  /** Name of the queue: one for each model. @default 'default' */
  queueName: {
    kind: 'text',
    flag: '--queue-name <name>',
    default: 'default',
    help: 'name of the queue, one for each model',
  },
  /** What a server's model wants before each chunk; empty for nothing. @default by the name of the model */
  documentPrefix: {
    kind: 'text',
    mayBeEmpty: true,
    flag: '--document-prefix <text>',
    flagWhile: { embedder: ['auto', 'ollama', 'openai'] },
    decided: 'by model',
    help: "text that a server's model wants before each chunk",
  },
  /** What a server's model wants before each question; empty for nothing. @default by the name of the model */
  queryPrefix: {
    kind: 'text',
    mayBeEmpty: true,
    flag: '--query-prefix <text>',
    flagWhile: { embedder: ['auto', 'ollama', 'openai'] },
    decided: 'by model',
    help: "text that a server's model wants before each question",
  },
  /** Tokens of a text that a server's model takes, special tokens included. @default what the server says */
  maxTokens: {
    kind: 'integer',
    least: 16,
    most: 1_000_000,
    flag: '--max-tokens <n>',
    flagWhile: { embedder: ['auto', 'ollama', 'openai'] },
    decided: 'what the server says',
    help: "tokens of a text that a server's model takes",
  },
  /** Proxy for servers at `http://` addresses; loopback never goes by one. @default none */
  httpProxy: {
    kind: 'address',
    flag: '--http-proxy <url>',
    env: 'HTTP_PROXY',
    envToo: 'http_proxy',
    help: 'HTTP proxy for servers at http:// addresses',
  },
  /** Proxy for servers at `https://` addresses; loopback never goes by one. @default none */
  httpsProxy: {
    kind: 'address',
    flag: '--https-proxy <url>',
    env: 'HTTPS_PROXY',
    envToo: 'https_proxy',
    help: 'the same for https:// addresses',
  },
  /** Servers that are asked without a proxy: hosts, `.domain`, addresses, ranges, `*`. @default [] */
  noProxy: {
    kind: 'list',
    of: { kind: 'text' },
    flag: '--no-proxy <hosts>',
    env: 'NO_PROXY',
    envToo: 'no_proxy',
    help: 'hosts, domains, ranges to ask directly, or *; repeatable',
  },
  /** Who asks servers at `http://` addresses: our own client, which is faster, or undici. @default 'own' */
  httpClient: {
    kind: 'choice',
    choices: ['own', 'undici'],
    env: 'EMBED_HTTP_CLIENT',
    default: 'own',
    help: 'who asks servers at http:// addresses without a proxy: own is faster, undici less strict',
  },
  /** Dimensions asked of a Matryoshka model. @default all of the model */
  dimensions: {
    kind: 'integer',
    least: 1,
    most: 65_536,
    flag: '--dimensions <n>',
    flagWhile: { embedder: ['auto', 'ollama', 'openai'] },
    decided: 'all of the model',
    help: 'shorter vectors from Matryoshka models',
  },
  /** Texts a request, 1 to 64. @default follows the server, from 32 on */
  batchSize: {
    kind: 'integer',
    least: 1,
    most: 64,
    flag: '--batch-size <n>',
    env: 'OLLAMA_EMBEDDING_BATCH_SIZE',
    decided: 'follows the server, from 32 on',
    help: 'texts of a request, at most 64',
  },
  /** Requests in flight per server, 1 to 64. @default follows the server, from 2 on */
  concurrency: {
    kind: 'integer',
    least: 1,
    most: 64,
    flag: '--concurrency <n>',
    decided: 'follows the server, from 2 on',
    help: 'requests in flight per server',
  },
  /** Tokens a chunk. @default what suits the model */
  chunkSize: {
    kind: 'integer',
    least: 16,
    most: 1_000_000,
    flag: '--chunk-size <n>',
    decided: 'by model',
    example: 512,
    help: 'tokens of a chunk',
  },
  /** Tokens that neighbouring chunks share. @default 0 */
  chunkOverlap: {
    kind: 'integer',
    least: 0,
    most: 1_000_000,
    flag: '--chunk-overlap <n>',
    otherwise: 0,
    example: 0,
    help: 'tokens that neighbouring chunks share',
  },
  /** What is embedded before a chunk's text: header rows of `tables`, or `headings`, too. @default 'tables' */
  context: {
    kind: 'choice',
    choices: ['tables', 'headings'],
    flag: '--context <what>',
    otherwise: 'tables',
    example: 'tables',
    help: 'headings: embed the heading path with each chunk, too',
  },
  /** Where vectors are kept from run to run; `auto`: Redis where one is configured, else disk. @default 'auto' */
  cache: {
    kind: 'choice',
    choices: ['auto', 'redis', 'disk', 'none'],
    flag: '--cache <kind>',
    env: 'EMBED_CACHE',
    default: 'auto',
    example: 'auto',
    help: 'auto: Redis where one is configured, else disk',
  },
  /** Address of Redis: `redis://`, `rediss://` or, for a socket file, `unix://`; with user, password and database. @default none */
  redisUrl: {
    kind: 'address',
    pattern: /^(rediss?|unix):\/\//,
    wanted: 'the address of one Redis that starts with redis://, rediss:// or unix://',
    flag: '--redis-url <url>',
    flagWhile: { cache: ['auto', 'redis'] },
    env: 'REDIS_URL',
    example: 'redis://127.0.0.1:6379/2',
    help: 'redis://, rediss:// or unix:// address',
  },
  /** Host of Redis, where no address is given. @default none */
  redisHost: {
    kind: 'address',
    pattern: /^(?:[^\s/@:]+|\[?[\da-fA-F:.]+\]?)$/,
    wanted: 'a host alone, without scheme, user and port',
    env: 'REDIS_HOST',
    help: 'Redis host, where no address is given',
  },
  /** Port of Redis. @default 6379 */
  redisPort: {
    kind: 'integer',
    least: 1,
    most: 65_535,
    env: 'REDIS_PORT',
    otherwise: 6379,
    help: 'Redis port',
  },
  /** Password of Redis. @default none */
  redisPassword: {
    kind: 'secret',
    env: 'REDIS_PASSWORD',
    secretFor: { to: [['redisUrl'], ['redisHost', 'redisPort']], unless: { cache: ['disk', 'none'] } },
    help: 'Redis password',
  },
  /** Database of Redis. @default what the address says, else 2 */
  redisDb: {
    kind: 'integer',
    least: 0,
    most: 1_000_000,
    env: 'REDIS_EMBEDDING_DB',
    otherwise: 2,
    help: 'Redis database',
  },
  /** Seconds that Redis keeps a vector. @default 3600 */
  cacheTtl: {
    kind: 'duration',
    unit: 's',
    alone: true,
    least: 1,
    most: 10 * 366 * day,
    flag: '--cache-ttl <time>',
    flagWhile: { cache: ['auto', 'redis'] },
    env: 'EMBEDDING_CACHE_TTL',
    default: 3600,
    example: '30d',
    help: 'how long Redis keeps a vector',
  },
  /** Bytes at which the disk cache drops its oldest vectors. @default 2_147_483_648 */
  cacheMaxSize: {
    kind: 'size',
    least: mib,
    default: 2048 * mib,
    help: 'size at which the disk cache drops its oldest vectors',
  },
  /** Folder of the disk cache. @default in the user's cache folder */
  cacheDir: {
    kind: 'path',
    decided: "in the user's cache folder",
    help: 'folder of the disk cache',
  },
  /** Folders and files that `embed ingest` takes without paths, by their names. @default [] */
  sources: {
    kind: 'sources',
    default: [],
    example: { docs: { path: './docs', include: ['*.md'] } },
    help: 'folders and files that `embed ingest` takes without paths: names with path, include and exclude',
  },
  /** Globs: only files that match one are read. @default [] */
  include: {
    kind: 'list',
    of: { kind: 'glob' },
    flag: '--include <glob>',
    env: 'EMBED_INCLUDE',
    default: [],
    example: [],
    help: 'only files that match, from each named path on, or by name; repeatable, instead of those of .batchrc',
  },
  /** Globs: files that match one are left out. @default [] */
  exclude: {
    kind: 'list',
    of: { kind: 'glob' },
    flag: '--exclude <glob>',
    env: 'EMBED_EXCLUDE',
    default: [],
    example: ['drafts/**'],
    help: 'leave out files and folders that match, from each named path on, or by name; repeatable, instead of those of .batchrc',
  },
  /** Whether `.gitignore` files and git's other excludes are heeded. @default true */
  gitignore: {
    kind: 'boolean',
    flag: '--no-gitignore',
    default: true,
    example: true,
    help: "don't heed .gitignore and git's other excludes",
  },
  /** Whether links are taken that lead out of their root, or to something hidden. @default false */
  follow: {
    kind: 'boolean',
    flag: '--follow',
    default: false,
    help: 'take links that lead elsewhere',
  },
  /** Whether generated files and vendored folders are taken: lock files, minified code and the like. @default false */
  generated: {
    kind: 'boolean',
    flag: '--generated',
    default: false,
    help: 'take lock files, minified code and other generated files',
  },
  /** Bytes; larger files are left out. @default 67_108_864 */
  maxFileSize: {
    kind: 'size',
    least: 1,
    flag: '--max-file-size <size>',
    default: 64 * mib,
    example: '64MiB',
    help: 'leave out larger files, e.g. 500kB or 64MiB (1 MB = 1,000,000 bytes)',
  },
  /** Bytes; what the process takes that reads one document. @default 2_147_483_648 */
  maxReadMemory: {
    kind: 'size',
    // Less is no room for the reader itself.
    least: 256 * mib,
    flag: '--max-read-memory <size>',
    default: 2048 * mib,
    help: 'memory that reading one document may take, e.g. 4GB',
  },
  /** Milliseconds of processor time to read one document, beside 2 s a megabyte. @default 60_000 */
  maxReadTime: {
    kind: 'duration',
    unit: 'ms',
    least: 1000,
    most: 7 * dayMs,
    flag: '--max-read-time <time>',
    default: 60_000,
    help: 'time that reading one document may take, beside 2 s for each MB of it',
  },
  /** Milliseconds; the least time-out of a request. @default 30_000 */
  batchTimeout: {
    kind: 'duration',
    unit: 'ms',
    alone: true,
    least: 100,
    most: dayMs,
    flag: '--batch-timeout <time>',
    env: 'OLLAMA_BATCH_TIMEOUT',
    default: 30_000,
    example: '30s',
    help: 'least time-out of a request',
  },
  /** Tries after a failed request. @default 3 */
  maxRetries: {
    kind: 'integer',
    least: 0,
    most: 100,
    flag: '--max-retries <n>',
    env: 'MAX_BATCH_RETRIES',
    default: 3,
    example: 3,
    help: 'tries after a failed request',
  },
  /** Milliseconds; how long an outage of all servers is waited out. @default 0 */
  waitForServer: {
    kind: 'duration',
    unit: 'ms',
    least: 0,
    most: 7 * dayMs,
    flag: '--wait-for-server <time>',
    default: 0,
    // Clients are not made to send again what a restart of a few seconds would fail; well within LightRAG's minute.
    serveDefault: 20_000,
    example: '10m',
    help: 'how long to wait for servers that are down, e.g. 90s or 10m',
  },
  /** Milliseconds; how long a batch that isn't full waits for more texts while others are in flight. @default 100 */
  batchInterval: {
    kind: 'duration',
    unit: 'ms',
    alone: true,
    least: 0,
    most: 60_000,
    env: 'BATCH_PROCESSING_INTERVAL',
    default: 100,
    help: 'gateway and library: how long a batch waits for more texts while others are in flight',
  },
  /** Databases and files that `embed sync` keeps in step, and `embed ingest` after each run. @default [] */
  sync: {
    kind: 'list',
    of: { kind: 'destination' },
    flag: '--sync <url>',
    default: [],
    help: 'database or file that is kept in step, e.g. postgres://user@host/db or parquet:./chunks.parquet; repeatable, instead of those of .batchrc',
  },
  /** Name of the index in each destination: several can share a table. @default 'default' */
  index: {
    kind: 'text',
    flag: '--index <name>',
    default: 'default',
    help: 'name of the index in a destination',
  },
} as const satisfies Record<string, Rule & About>;
