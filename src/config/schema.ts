// What each setting may be: types, bounds and choices, checked by zod wherever the value came from.
import { z } from 'zod';
import { SETTINGS, type SettingKind, type Settings } from './settings.js';

const integer = (min: number, max: number) => z.int().min(min).max(max);
const words = z.array(z.string().min(1));

const fields = {
  out: z.string().min(1),
  format: z.array(z.enum(['jsonl', 'npy'])).min(1),
  embedder: z.enum(['auto', 'ollama', 'builtin']),
  model: z.string().min(1),
  ollamaUrl: words.min(1),
  ollamaApiKey: z.string().min(1),
  dimensions: integer(1, 65_536),
  batchSize: integer(1, 64),
  concurrency: integer(1, 64),
  chunkSize: integer(16, 1_000_000),
  chunkOverlap: integer(0, 1_000_000),
  cache: z.enum(['auto', 'redis', 'disk', 'none']),
  redisUrl: z.string().regex(/^rediss?:\/\//, 'an address that starts with redis:// or rediss://'),
  redisHost: z.string().regex(/^[^\s/@]+$/, 'a host alone, without scheme, user and port'),
  redisPort: integer(1, 65_535),
  redisPassword: z.string().min(1),
  redisDb: integer(0, 1_000_000),
  cacheTtl: integer(1, 10 * 366 * 86_400),
  cacheMaxSize: integer(1024 * 1024, Number.MAX_SAFE_INTEGER),
  cacheDir: z.string().min(1),
  include: words,
  exclude: words,
  gitignore: z.boolean(),
  maxFileSize: integer(1, Number.MAX_SAFE_INTEGER),
  // Less is no room for the reader itself.
  maxReadMemory: integer(256 * 1024 * 1024, Number.MAX_SAFE_INTEGER),
  maxReadTime: integer(1000, 7 * 86_400_000),
  batchTimeout: integer(100, 86_400_000),
  maxRetries: integer(0, 100),
  waitForServer: integer(0, 7 * 86_400_000),
  batchInterval: integer(0, 60_000),
} satisfies Record<keyof Settings, z.ZodType>;

/** Why `value` can't be the setting `key`, as the end of a sentence; undefined when it can. */
export function problemWith(key: keyof Settings, value: unknown): string | undefined {
  const result = fields[key].safeParse(value);
  if (result.success) return undefined;
  const setting = SETTINGS.find((candidate) => candidate.key === key)!;
  const wanted = setting.choices?.join(' or ') ?? expectation(setting.kind, result.error.issues[0]!);
  // What should be an address or a secret and isn't may hold a password anywhere.
  const isOpen = setting.kind !== 'secret' && !setting.address;
  return isOpen ? `expected ${wanted}, got ${show(value)}` : `expected ${wanted}`;
}

const KIND_NAMES: Record<SettingKind, string> = {
  text: 'a text',
  path: 'a path',
  secret: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
  list: 'a list of texts',
  bytes: 'a size such as 500MB, 2GB or 64MiB',
  duration: 'a time such as 90s or 10m',
};

function expectation(kind: SettingKind, issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') return `at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}`;
  // A format has its own sentence, given with the field.
  return issue.code === 'invalid_format' ? issue.message : KIND_NAMES[kind];
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
