// Checks of the fields of a manifest: what a stranger wrote may be anything.

import { isObject } from '../../text/plain-json.js';
import type { Shard } from '../../types/shard.js';
import { isShard } from '../shards/shard.js';
import { type Dtype, dtypes } from './dtype.js';
import type { Chunking, OutputFormat } from './manifest.js';

const hex64 = /^[0-9a-f]{64}$/;

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isHash(value: unknown): value is string {
  return typeof value === 'string' && hex64.test(value);
}

export function isShardJson(value: unknown): value is Shard {
  return isObject(value) && isShard(value as unknown as Shard);
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

export function isFormat(value: unknown): value is OutputFormat {
  return value === 'jsonl' || value === 'npy';
}

export function isDtype(value: unknown): value is Dtype {
  return dtypes.some((name) => name === value);
}

export function isChunking(value: unknown): value is Chunking {
  return (
    isObject(value) &&
    isCount(value.size) &&
    isCount(value.overlap) &&
    typeof value.counter === 'string' &&
    typeof value.splitter === 'string' &&
    (value.context === undefined || value.context === 'headings')
  );
}
