// src/output/shards: an output in parts, each made by a run of its own, and made whole again.
//
// In: the sources of documents. Out: which part each is of, and where that part lies: `DIR/shard-2-of-8` is an output like
// any other, whose sources are those of DIR. merge.ts makes DIR of its shards, seed.ts a shard of DIR.
// What must hold: a source alone decides, so documents that come or go move no other one; the parts are disjoint, and
// together all; the merged output has the bytes of one that was never in parts.
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { storable } from '../../text/storable.js';
import type { Shard } from '../../types/shard.js';

/** Shards at most: more than any cluster starts, and few enough to name. */
export const maxShards = 10_000;

const folderName = /^shard-([1-9]\d{0,4})-of-([1-9]\d{0,4})$/;

export function isShard({ index, of }: Shard): boolean {
  const areWhole = Number.isSafeInteger(index) && Number.isSafeInteger(of);
  return areWhole && of <= maxShards && index >= 1 && index <= of;
}

/** `2/8` */
export function shardText({ index, of }: Shard): string {
  return `${index}/${of}`;
}

export function sameShard(a: Shard | undefined, b: Shard | undefined): boolean {
  return a?.index === b?.index && a?.of === b?.of;
}

/** The folder of a shard. @param whole that of the whole output */
export function shardFolder(whole: string, { index, of }: Shard): string {
  return join(whole, `shard-${index}-of-${of}`);
}

/** The shard whose folder has this name; undefined for any other name. */
export function shardNamed(name: string): Shard | undefined {
  const [, index, of] = folderName.exec(name) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  return isShard(shard) ? shard : undefined;
}

/** The folder of the whole output that a shard's folder is in; the folder itself for any other output. */
export function wholeFolder(dir: string, shard: Shard | undefined): string {
  return shard !== undefined && sameShard(shardNamed(basename(dir)), shard) ? dirname(dir) : dir;
}

const hashBytes = 6;

/**
 * Which of so many shards a document is of, 1 to `of`: the first 48 bits of the SHA-256 of its source, modulo `of`, plus 1.
 * Taken of the source as every store takes it, so that a row in a database is of the shard that wrote it.
 */
export function shardIndex(source: string, of: number): number {
  const hash = createHash('sha256').update(storable(source)).digest();
  return (hash.readUIntBE(0, hashBytes) % of) + 1;
}

export function isInShard(source: string, { index, of }: Shard): boolean {
  return shardIndex(source, of) === index;
}

/** The test for the documents of a shard; of all where there is none. */
export function ownedBy(shard: Shard | undefined): (source: string) => boolean {
  return shard === undefined ? () => true : (source) => isInShard(source, shard);
}
