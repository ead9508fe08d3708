// The cache of vectors: what each of its kinds can do, and what it tells of its content.
import type { Json } from './json.js';
import type { Vector } from './vector.js';

/** A vector by the hash of its text. */
export interface VectorEntry {
  /** SHA-256 of the text, lower-case hex. */
  hash: string;
  /** Its vector in the space that it is kept for. */
  vector: Vector;
}

/**
 * Text → vector; outlives runs and may be shared by several. Its user goes on without it, with a warning, after
 * `getMany` or `setMany` threw an error.
 */
export interface VectorCache {
  /** Where it keeps its vectors. */
  readonly kind: 'redis' | 'disk' | 'memory';
  /** Vectors of a space, in the order of `hashes`; undefined where the cache has none (or one of a wrong length). */
  getMany(space: string, hashes: readonly string[], dimensions: number): Promise<(Vector | undefined)[]>;
  /** Keeps vectors of a space, instead of those that it has under the same hashes. */
  setMany(space: string, entries: readonly VectorEntry[]): Promise<void>;
  /** A small JSON value that outlives runs, e.g. the registered vector spaces; undefined when there is none. */
  getMeta(key: string): Promise<Json | undefined>;
  /** Keeps such a value, instead of the one before. */
  setMeta(key: string, value: Json): Promise<void>;
  /**
   * What the cache holds. Reads keys, never vectors; may take seconds where there are millions.
   * @throws {ServiceError} when the cache can't be used
   */
  usage(): Promise<CacheUsage>;
  /** Removes entries. @returns how many @throws {ServiceError} */
  prune(options: PruneOptions): Promise<number>;
  /** Removes all entries and what is known of spaces, of this program only. @returns how many entries @throws {ServiceError} */
  clear(): Promise<number>;
  /** Writes what is still to be written, and ends connections. */
  close(): Promise<void>;
}

/** What a cache holds. */
export interface CacheUsage {
  /** Vectors that it holds. */
  entries: number;
  /** Bytes of vectors, without what the store itself needs. */
  bytes: number;
  /** Lookups that found a vector since the cache was made or cleared, by all processes. */
  hits: number;
  /** Lookups that found none, likewise. */
  misses: number;
  /** The same for each vector space that has entries, the largest first. */
  spaces: SpaceUsage[];
}

/** What a cache holds of one vector space. */
export interface SpaceUsage {
  /** Id of the vector space. */
  space: string;
  /** Name of the model; undefined, as the two below, when the space is not registered (any more). */
  model?: string;
  /** Kind of the embedder. */
  embedder?: string;
  /** Values of a vector. */
  dimensions?: number;
  /** Vectors of this space. */
  entries: number;
  /** Bytes of these vectors. */
  bytes: number;
}

/** Which entries go; several conditions add up. */
export interface PruneOptions {
  /** Entries written longer ago than this, in ms. @default of any age */
  olderThanMs?: number;
  /** The oldest entries until so many bytes of vectors are left. @default no bound */
  maxBytes?: number;
  /** These entries of a space, and on a disk those that were stored together with them. @default all are kept */
  entries?: {
    /** Id of their vector space. */
    space: string;
    /** SHA-256 of their texts, lower-case hex. */
    hashes: readonly string[];
  };
  /** All entries of spaces for which this is false. @default all are kept */
  keepSpace?: (space: SpaceUsage) => boolean;
}
