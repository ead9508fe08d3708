// The vector spaces that a cache knows. The first one seen keeps its id, so that a later run, whose
// canaries differ by float noise, finds the entries of the earlier one.

import { hexHash } from '../text/sha256.js';
import type { VectorCache } from '../types/cache.js';
import type { Json } from '../types/json.js';
import type { VectorSpace } from '../types/space.js';

/** What the keys of all lists begin with. */
export const spacesPrefix = 'spaces:';

/** Spaces per identity; the oldest goes first. More than a handful means servers that disagree. */
const maxSpacesPerIdentity = 8;

/**
 * The space to key the cache by: the first registered one that is the same as `measured`, else
 * `measured` itself, registered for later runs. Of two runs that register at the same time one is
 * forgotten; its entries then serve that run only.
 * @param fromJson undefined for what it can't read
 */
export async function registerSpace(
  cache: VectorCache,
  measured: VectorSpace,
  same: (known: VectorSpace, measured: VectorSpace) => boolean,
  toJson: (space: VectorSpace) => Json,
  fromJson: (json: unknown) => VectorSpace | undefined,
): Promise<VectorSpace> {
  const key = metaKey(measured);
  const stored = await cache.getMeta(key);
  const known = (Array.isArray(stored) ? stored : []).map(fromJson).filter((space) => space !== undefined);
  const registered = known.find((space) => same(space, measured));
  if (registered) return registered;
  await cache.setMeta(key, [...known, measured].slice(-maxSpacesPerIdentity).map(toJson));
  return measured;
}

/** What a housekeeper of the cache must know of entries that are kept under an id of their own. */
export interface DerivedSpace {
  /** 32 hex digits. */
  id: string;
  embedder: string;
  model: string;
  dimensions: number;
}

/** Lets the cache tell whose entries those of another making of a space are: another prefix, cut, shorter. */
export async function registerDerived(
  cache: VectorCache,
  { id, embedder, model, dimensions }: DerivedSpace,
): Promise<void> {
  await cache.setMeta(`${spacesPrefix}${id}`, [{ id, embedder, model, dimensions }]);
}

/** One list for all spaces that differ in nothing but their canaries. */
function metaKey(space: VectorSpace): string {
  const { embedder, variant, model, digest, dimensions, options, prefixes } = space;
  const sorted = Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
  const identity = [embedder, variant, model, digest, dimensions, sorted, prefixes.document, prefixes.query];
  return `${spacesPrefix}${hexHash('sha256', JSON.stringify(identity))}`;
}
