// The one table of settings: name, flag, variable, default, unit and help of each. Flags, `.batchrc`
// keys, `embed config` and the README's table all come from it, so they can't disagree.
import { DEFAULT_OLLAMA_URL } from '../net/masked-address.js';

/** How a setting's text (flag or variable) becomes a value. */
export type SettingKind = 'text' | 'path' | 'integer' | 'boolean' | 'list' | 'bytes' | 'duration' | 'secret';

export interface Setting {
  /** Name in `.batchrc` and in {@link Settings}. */
  key: keyof Settings;
  kind: SettingKind;
  /** Flag as commander writes it; settings without one are set by variable or file only. */
  flag?: string;
  /** Environment variable; an empty one counts as unset. */
  env?: string;
  /** `undefined`: decided at run time (by the model, by the output). */
  default?: Settings[keyof Settings];
  /** The default of `embed serve`, where it has one of its own; it counts as unset there, too. */
  serveDefault?: number;
  /** What is in force without a value and without a default: a value, or in words what decides. */
  otherwise?: string | number;
  help: string;
  choices?: readonly string[];
  /** Names a server: shown without its password, and told when a file names it. */
  address?: true;
  /** Secrets: where this one is sent. */
  secretFor?: SecretUse;
}

/** Where a secret goes, so that one of the environment never goes where only a file of the folder says. */
export interface SecretUse {
  /** The first of these that is set decides: an address, or a host and its port. None is set: this machine. */
  to: readonly (readonly (keyof Settings)[])[];
  /** It goes nowhere while a setting has one of these values. */
  unless?: Partial<Record<keyof Settings, readonly string[]>>;
}

/** Everything a command can be told, after flags, environment and files were joined. */
export interface Settings {
  /** Output folder. @default './embeddings' */
  out: string;
  /** Files to write; `npy` always is. @default ['jsonl', 'npy'] */
  format: ('jsonl' | 'npy')[];
  /** What makes the vectors; `auto`: what made the output, else Ollama, else the built-in one. @default 'auto' */
  embedder: 'auto' | 'ollama' | 'builtin';
  /** Ollama model name. @default the best embedding model that the server has */
  model?: string;
  /** Ollama servers, each with `#weight=n` where it should get more or less. @default http://127.0.0.1:11434 */
  ollamaUrl?: string[];
  /** Bearer token for the Ollama servers. @default none */
  ollamaApiKey?: string;
  /** Dimensions asked of a Matryoshka model. @default all of the model */
  dimensions?: number;
  /** Texts a request, 1 to 64. @default follows the server, from 32 on */
  batchSize?: number;
  /** Requests in flight per server, 1 to 64. @default follows the server, from 2 on */
  concurrency?: number;
  /** Tokens a chunk. @default what suits the model */
  chunkSize?: number;
  /** Tokens that neighbouring chunks share. @default 0 */
  chunkOverlap?: number;
  /** Where vectors are kept from run to run; `auto`: Redis where one is configured, else disk. @default 'auto' */
  cache: 'auto' | 'redis' | 'disk' | 'none';
  /** Address of Redis: `redis://` or `rediss://`, with user, password and database where it has them. @default none */
  redisUrl?: string;
  /** Host of Redis, where no address is given. @default none */
  redisHost?: string;
  /** Port of Redis. @default 6379 */
  redisPort?: number;
  /** Password of Redis. @default none */
  redisPassword?: string;
  /** Database of Redis. @default what the address says, else 2 */
  redisDb?: number;
  /** Seconds that Redis keeps a vector. @default 3600 */
  cacheTtl: number;
  /** Bytes at which the disk cache drops its oldest vectors. @default 2_147_483_648 */
  cacheMaxSize: number;
  /** Folder of the disk cache. @default in the user's cache folder */
  cacheDir?: string;
  /** Globs: only files that match one are read. @default [] */
  include: string[];
  /** Globs: files that match one are left out. @default [] */
  exclude: string[];
  /** Whether `.gitignore` files are heeded. @default true */
  gitignore: boolean;
  /** Bytes; larger files are left out. @default 67_108_864 */
  maxFileSize: number;
  /** Bytes; what the process takes that reads one document. @default 2_147_483_648 */
  maxReadMemory: number;
  /** Milliseconds of processor time to read one document, beside 2 s a megabyte. @default 60_000 */
  maxReadTime: number;
  /** Milliseconds; the least time-out of a request. @default 30_000 */
  batchTimeout: number;
  /** Tries after a failed request. @default 3 */
  maxRetries: number;
  /** Milliseconds; how long an outage of all servers is waited out. @default 0 */
  waitForServer: number;
  /** Milliseconds; how long a batch that isn't full waits for more texts while others are in flight. @default 100 */
  batchInterval: number;
}

const MIB = 1024 * 1024;

export const SETTINGS: readonly Setting[] = [
  {
    key: 'out',
    kind: 'path',
    flag: '-o, --out <dir>',
    default: './embeddings',
    help: 'output folder',
  },
  {
    key: 'format',
    kind: 'list',
    flag: '--format <list>',
    default: ['jsonl', 'npy'],
    choices: ['jsonl', 'npy'],
    help: 'jsonl puts vectors into chunks.jsonl too; vectors.npy is always written',
  },
  {
    key: 'embedder',
    kind: 'text',
    flag: '--embedder <name>',
    default: 'auto',
    choices: ['auto', 'ollama', 'builtin'],
    help: 'auto: what the output was made with, else Ollama, else the built-in one',
  },
  {
    key: 'model',
    kind: 'text',
    flag: '--model <name>',
    env: 'OLLAMA_EMBEDDING_MODEL',
    otherwise: 'best of the server',
    help: 'Ollama model',
  },
  {
    key: 'ollamaUrl',
    kind: 'list',
    flag: '--ollama-url <url>',
    env: 'OLLAMA_HOST',
    address: true,
    otherwise: DEFAULT_OLLAMA_URL,
    help: 'Ollama server; repeatable',
  },
  {
    key: 'ollamaApiKey',
    kind: 'secret',
    env: 'OLLAMA_API_KEY',
    secretFor: { to: [['ollamaUrl']], unless: { embedder: ['builtin'] } },
    help: 'bearer token for the Ollama servers',
  },
  {
    key: 'dimensions',
    kind: 'integer',
    flag: '--dimensions <n>',
    otherwise: 'all of the model',
    help: 'shorter vectors from Matryoshka models',
  },
  {
    key: 'batchSize',
    kind: 'integer',
    flag: '--batch-size <n>',
    env: 'OLLAMA_EMBEDDING_BATCH_SIZE',
    otherwise: 'follows the server, from 32 on',
    help: 'texts a request, at most 64',
  },
  {
    key: 'concurrency',
    kind: 'integer',
    flag: '--concurrency <n>',
    otherwise: 'follows the server, from 2 on',
    help: 'requests in flight per server',
  },
  {
    key: 'chunkSize',
    kind: 'integer',
    flag: '--chunk-size <n>',
    otherwise: 'by model',
    help: 'tokens a chunk',
  },
  {
    key: 'chunkOverlap',
    kind: 'integer',
    flag: '--chunk-overlap <n>',
    otherwise: 0,
    help: 'tokens that neighbouring chunks share',
  },
  {
    key: 'cache',
    kind: 'text',
    flag: '--cache <kind>',
    default: 'auto',
    choices: ['auto', 'redis', 'disk', 'none'],
    help: 'auto: Redis where one is configured, else disk',
  },
  {
    key: 'redisUrl',
    kind: 'text',
    flag: '--redis-url <url>',
    env: 'REDIS_URL',
    address: true,
    help: 'redis:// or rediss:// address',
  },
  {
    key: 'redisHost',
    kind: 'text',
    env: 'REDIS_HOST',
    address: true,
    help: 'Redis host, where no address is given',
  },
  { key: 'redisPort', kind: 'integer', env: 'REDIS_PORT', otherwise: 6379, help: 'Redis port' },
  {
    key: 'redisPassword',
    kind: 'secret',
    env: 'REDIS_PASSWORD',
    secretFor: { to: [['redisUrl'], ['redisHost', 'redisPort']], unless: { cache: ['disk', 'none'] } },
    help: 'Redis password',
  },
  { key: 'redisDb', kind: 'integer', env: 'REDIS_EMBEDDING_DB', otherwise: 2, help: 'Redis database' },
  {
    key: 'cacheTtl',
    kind: 'integer',
    flag: '--cache-ttl <seconds>',
    env: 'EMBEDDING_CACHE_TTL',
    default: 3600,
    help: 'how long Redis keeps a vector',
  },
  {
    key: 'cacheMaxSize',
    kind: 'bytes',
    default: 2048 * MIB,
    help: 'size at which the disk cache drops its oldest vectors',
  },
  {
    key: 'cacheDir',
    kind: 'path',
    otherwise: "in the user's cache folder",
    help: 'folder of the disk cache',
  },
  {
    key: 'include',
    kind: 'list',
    flag: '--include <glob>',
    default: [],
    help: 'only files that match; repeatable',
  },
  {
    key: 'exclude',
    kind: 'list',
    flag: '--exclude <glob>',
    default: [],
    help: 'leave out files that match; repeatable',
  },
  {
    key: 'gitignore',
    kind: 'boolean',
    flag: '--no-gitignore',
    default: true,
    help: "don't read .gitignore files",
  },
  {
    key: 'maxFileSize',
    kind: 'bytes',
    flag: '--max-file-size <size>',
    default: 64 * MIB,
    help: 'leave out larger files, e.g. 500kB or 64MiB (1 MB = 1,000,000 bytes)',
  },
  {
    key: 'maxReadMemory',
    kind: 'bytes',
    flag: '--max-read-memory <size>',
    default: 2048 * MIB,
    help: 'memory that reading one document may take, e.g. 4GB',
  },
  {
    key: 'maxReadTime',
    kind: 'duration',
    flag: '--max-read-time <time>',
    default: 60_000,
    help: 'time that reading one document may take, beside 2 s a MB of it',
  },
  {
    key: 'batchTimeout',
    kind: 'integer',
    flag: '--batch-timeout <ms>',
    env: 'OLLAMA_BATCH_TIMEOUT',
    default: 30_000,
    help: 'least time-out of a request',
  },
  {
    key: 'maxRetries',
    kind: 'integer',
    flag: '--max-retries <n>',
    env: 'MAX_BATCH_RETRIES',
    default: 3,
    help: 'tries after a failed request',
  },
  {
    key: 'waitForServer',
    kind: 'duration',
    flag: '--wait-for-server <time>',
    default: 0,
    // Clients are not made to send again what a restart of a few seconds would fail; well within LightRAG's minute.
    serveDefault: 20_000,
    help: 'how long to wait for servers that are down, e.g. 90s or 10m',
  },
  {
    key: 'batchInterval',
    kind: 'integer',
    env: 'BATCH_PROCESSING_INTERVAL',
    default: 100,
    help: 'gateway and library: ms that a batch waits for more texts while others are in flight',
  },
];

/** A time as it can be typed: `20s`. @param ms whole seconds */
export function typedSeconds(ms: number): string {
  return `${ms / 1000}s`;
}
