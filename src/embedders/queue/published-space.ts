// The vector space of a queue, and all else that a sender must know of its workers: how long a text may be, and how tokens
// are counted. The first worker publishes it; it stays when all workers have left.
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { Redis } from 'ioredis';
import { parseForeign } from '../../text/foreign-json.js';
import type { Embedder, TokenCounter } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import { spaceFromJson, spaceToJson } from '../../vectors/space-json.js';
import { counterOf } from '../counter-of.js';
import { compareSpaces } from '../guard/compare-spaces.js';
import type { QueueKeys } from './names.js';

const layout = 1;
/** Max bytes of a vocabulary as JSON; the largest of a BERT have about 250,000 tokens. */
const maxVocabularyBytes = 32 * 1024 * 1024;

/** What all workers of a queue have in common. */
export interface PublishedSpace {
  space: VectorSpace;
  /** The longest text in tokens, special tokens included. */
  maxTokens: number;
  defaultChunkTokens: number;
  counter: TokenCounter;
}

/** Fields of the hash: `about` and, where tokens are counted by a vocabulary that has to be known, `vocabulary`. */
const publish = `
if redis.call('HEXISTS', KEYS[1], 'about') == 1 then return 0 end
redis.call('HSET', KEYS[1], 'about', ARGV[1], 'id', ARGV[2], 'vocabulary', ARGV[3])
return 1`;

/** What a worker's embedder would publish. */
export function spaceOfWorker(embedder: Embedder, space: VectorSpace): PublishedSpace {
  const { counter, maxTokens, defaultChunkTokens } = embedder;
  return { space, maxTokens, defaultChunkTokens, counter };
}

/** Publishes it where none is published yet. */
export async function publishSpace(redis: Redis, keys: QueueKeys, own: PublishedSpace): Promise<void> {
  const { space, maxTokens, defaultChunkTokens, counter } = own;
  const about = {
    layout,
    space: spaceToJson(space),
    maxTokens,
    defaultChunkTokens,
    counter: counter.id,
  };
  const { vocabulary } = counter;
  const words = vocabulary === undefined ? Buffer.alloc(0) : await packed(vocabulary);
  await redis.eval(publish, 1, keys.space, JSON.stringify(about), space.id, words);
}

/** The id of the published space; undefined where none is. */
export async function publishedId(redis: Redis, keys: QueueKeys): Promise<string | undefined> {
  return (await redis.hget(keys.space, 'id')) ?? undefined;
}

/**
 * What is published.
 * @returns undefined where nothing is; `unknown` when it can't be read: another version published it, or a stranger
 */
export async function readSpace(
  redis: Redis,
  keys: QueueKeys,
): Promise<PublishedSpace | 'unknown' | undefined> {
  const [about, vocabulary] = await redis.hmgetBuffer(keys.space, 'about', 'vocabulary');
  if (about === null || about === undefined) return undefined;
  try {
    const said = parseForeign(about) as Record<string, unknown>;
    const { space: json, maxTokens, defaultChunkTokens, counter: id } = said;
    const space = spaceFromJson(json);
    const isKnown =
      said.layout === layout && space !== undefined && isSize(maxTokens) && isSize(defaultChunkTokens);
    const counter = isKnown ? await counterOf(id, () => unpacked(vocabulary ?? Buffer.alloc(0))) : undefined;
    if (!isKnown || counter === undefined) return 'unknown';
    return { space, maxTokens, defaultChunkTokens, counter };
  } catch {
    return 'unknown';
  }
}

/** How a worker differs from what is published, in words; undefined when it doesn't. */
export function differenceOf(known: PublishedSpace, own: PublishedSpace): string | undefined {
  const comparison = compareSpaces(known.space, own.space);
  if (!comparison.same) return comparison.reason;
  const parts: [string, string | number, string | number][] = [
    ['tokens of a text', known.maxTokens, own.maxTokens],
    ['tokens of a chunk', known.defaultChunkTokens, own.defaultChunkTokens],
    ['vocabulary', known.counter.id, own.counter.id],
  ];
  const other = parts.find(([, before, now]) => before !== now);
  return other && `${other[0]}: ${other[1]}, now ${other[2]}`;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

async function unpacked(vocabulary: Buffer): Promise<unknown> {
  return parseForeign(await promisify(brotliDecompress)(vocabulary, { maxOutputLength: maxVocabularyBytes }));
}

function packed(vocabulary: readonly string[]): Promise<Buffer> {
  return promisify(brotliCompress)(JSON.stringify(vocabulary), {
    // Published once, but a worker shouldn't start seconds later for some kilobytes.
    params: { [constants.BROTLI_PARAM_QUALITY]: 5 },
  });
}
