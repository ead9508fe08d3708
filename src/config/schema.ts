// What each setting may be: type, bounds and form, checked wherever the value came from. Plain functions, since every
// run checks a few values: a library for schemas took longer to load than a run needs that finds nothing changed.
import { SETTINGS, type Setting, type SettingKind, type Settings } from './settings.js';

/** True: it fits. False: it is nothing of the setting's kind. A text: what it should have been, more exactly. */
type Verdict = boolean | string;
type Rule = (value: unknown) => Verdict;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const text: Rule = isText;

const form =
  (pattern: RegExp, wanted: string): Rule =>
  (value) =>
    typeof value === 'string' && (pattern.test(value) || wanted);

const truth: Rule = (value) => typeof value === 'boolean';

const words: Rule = (value) => Array.isArray(value) && value.every(isText);

const someWords: Rule = (value) => Array.isArray(value) && value.length > 0 && value.every(isText);

const integer =
  (min: number, max: number): Rule =>
  (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return false;
    if (value < min) return `at least ${min}`;
    return value <= max || `at most ${max}`;
  };

const fields: Record<keyof Settings, Rule> = {
  out: text,
  format: someWords,
  embedder: text,
  model: text,
  ollamaUrl: someWords,
  ollamaApiKey: text,
  dimensions: integer(1, 65_536),
  batchSize: integer(1, 64),
  concurrency: integer(1, 64),
  chunkSize: integer(16, 1_000_000),
  chunkOverlap: integer(0, 1_000_000),
  cache: text,
  redisUrl: form(/^rediss?:\/\//, 'an address that starts with redis:// or rediss://'),
  redisHost: form(/^[^\s/@]+$/, 'a host alone, without scheme, user and port'),
  redisPort: integer(1, 65_535),
  redisPassword: text,
  redisDb: integer(0, 1_000_000),
  cacheTtl: integer(1, 10 * 366 * 86_400),
  cacheMaxSize: integer(1024 * 1024, Number.MAX_SAFE_INTEGER),
  cacheDir: text,
  include: words,
  exclude: words,
  gitignore: truth,
  maxFileSize: integer(1, Number.MAX_SAFE_INTEGER),
  // Less is no room for the reader itself.
  maxReadMemory: integer(256 * 1024 * 1024, Number.MAX_SAFE_INTEGER),
  maxReadTime: integer(1000, 7 * 86_400_000),
  batchTimeout: integer(100, 86_400_000),
  maxRetries: integer(0, 100),
  waitForServer: integer(0, 7 * 86_400_000),
  batchInterval: integer(0, 60_000),
};

/** Why `value` can't be the setting `key`, as the end of a sentence; undefined when it can. */
export function problemWith(key: keyof Settings, value: unknown): string | undefined {
  const setting = SETTINGS.find((candidate) => candidate.key === key)!;
  const verdict = fields[key](value);
  if (verdict === true && isChosen(setting, value)) return undefined;
  const wanted =
    setting.choices?.join(' or ') ?? (typeof verdict === 'string' ? verdict : KIND_NAMES[setting.kind]);
  // What should be an address or a secret and isn't may hold a password anywhere.
  const isOpen = setting.kind !== 'secret' && !setting.address;
  return isOpen ? `expected ${wanted}, got ${show(value)}` : `expected ${wanted}`;
}

/** Whether a value of the right kind is among the choices, where there are some. */
function isChosen({ choices }: Setting, value: unknown): boolean {
  return choices === undefined || [value].flat().every((one) => choices.includes(one as string));
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

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
