// Reads bodies of requests for vectors as Ollama does. Unusual requests are left to the server, which answers them in
// its own words.

import { jsonShape } from '../../text/json-shape.js';
import { isObject } from '../../text/plain-json.js';
import { RefusedError } from '../routes/error-answers.js';

/** Max levels of a body that we parse; a deeper one is passed on unchanged. */
const maxLevels = 32;
/** Max keys of a body; no request needs more. */
const maxKeys = 10_000;
const maxParts = 1_000_000;

export type Fields = { [key: string]: unknown };

/** The fields of each body, parsed once. */
const known = new WeakMap<Buffer, Fields | undefined>();

/**
 * The JSON object of a body; undefined when it is not an object, or nests too deep.
 * @throws {RefusedError} when it has more keys or values than any request needs
 */
export function fieldsOf(body: unknown): Fields | undefined {
  if (!Buffer.isBuffer(body)) return undefined;
  if (!known.has(body)) known.set(body, read(body));
  return known.get(body);
}

function read(body: Buffer): Fields | undefined {
  const { levels, keys, parts } = jsonShape(body);
  if (levels > maxLevels) return undefined;
  if (keys > maxKeys || parts > maxParts) {
    throw new RefusedError(
      400,
      `too much in one request: at most ${maxKeys} keys and ${maxParts} values are taken`,
    );
  }
  try {
    const value: unknown = JSON.parse(body.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // The server will answer with the error.
  }
}

export interface VectorRequest {
  model: string;
  texts: string[];
  truncate: boolean;
  dimensions: number | undefined;
  /** `options.num_ctx` */
  context: number | undefined;
}

const keys: ReadonlySet<string> = new Set([
  'model',
  'input',
  'prompt',
  'truncate',
  'dimensions',
  'options',
  'keep_alive',
  'encoding_format',
]);

/** True when a key that counts is written in another case (`Truncate`): Ollama takes it, and of two the last one. */
export function hasOtherCase(fields: Fields | undefined): boolean {
  return Object.keys(fields ?? {}).some((key) => !keys.has(key) && keys.has(key.toLowerCase()));
}

/** A request that can be batched; undefined for all others: unknown types, no texts, an empty one that is no list. */
export function vectorRequestOf(fields: Fields | undefined): VectorRequest | undefined {
  if (!fields) return undefined;
  const { model, input, truncate, dimensions, keep_alive: keepAlive, options } = fields;
  if (typeof model !== 'string' || model === '') return undefined;
  const texts = typeof input === 'string' ? [input] : input;
  if (!Array.isArray(texts) || texts.length === 0) return undefined;
  if (input === '' || !texts.every((text) => typeof text === 'string')) return undefined;
  if (!isAbsent(truncate) && typeof truncate !== 'boolean') return undefined;
  if (!isAbsent(dimensions) && !Number.isInteger(dimensions)) return undefined;
  if (!isAbsent(options) && (typeof options !== 'object' || Array.isArray(options))) return undefined;
  if (!isDuration(keepAlive)) return undefined;
  const context = (options as Fields | null | undefined)?.num_ctx;
  return {
    model,
    texts,
    truncate: truncate !== false,
    dimensions: (dimensions as number | null | undefined) ?? undefined,
    context: Number.isInteger(context) && (context as number) > 0 ? (context as number) : undefined,
  };
}

/**
 * The body with the model's own name, and without the fields that would make the server load the model again: other
 * options, and a `keep_alive` that isn't the server's own. A body without a text is a request to load or unload the
 * model, and keeps them.
 * @param key where the body has its text
 */
export function normalised(
  body: unknown,
  key: 'input' | 'prompt',
  modelOf: (name: string) => string,
): Buffer | undefined {
  if (!Buffer.isBuffer(body)) return undefined;
  const fields = fieldsOf(body);
  if (!fields) return body;
  const { options, keep_alive: keepAlive, ...rest } = fields;
  const text = fields[key];
  const isLoading = isAbsent(text) || text === '' || !isDuration(keepAlive);
  const model = typeof fields.model === 'string' ? modelOf(fields.model) : fields.model;
  const isSame = model === fields.model && (isLoading || (options === undefined && keepAlive === undefined));
  return isSame ? body : Buffer.from(JSON.stringify({ ...(isLoading ? fields : rest), model }));
}

/** @throws {RefusedError} when there are more than `most` */
export function checkCount(texts: unknown, most: number): void {
  if (!Array.isArray(texts) || texts.length <= most) return;
  throw new RefusedError(
    400,
    `too many texts in one request: ${texts.length}, at most ${most} are taken (--max-texts)`,
  );
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** True for a `keep_alive` that the server accepts: a number of seconds, or a duration of Go such as `5m`. */
function isDuration(value: unknown): boolean {
  if (isAbsent(value) || typeof value === 'number') return true;
  return typeof value === 'string' && /^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+)$/.test(value);
}
