// The names of all keys that the cache has in Redis. Nothing else is ever read or removed.

const ROOT = 'embed:1:';

/** What every key begins with, as a pattern for SCAN. */
export const ALL_KEYS = `${ROOT}*`;

/** The counts of lookups, a hash. */
export const LOOKUPS_KEY = `${ROOT}meta:lookups`;

/** In front of the hashes of one space's entries. */
export function prefixOf(space: string): string {
  return `${ROOT}${space}:`;
}

export function metaKey(key: string): string {
  return `${ROOT}meta:${key}`;
}

const ENTRY = new RegExp(`^${ROOT}([0-9a-f]{32}):[0-9a-f]{64}$`);

/** The id of an entry's space; undefined for a key that is none. */
export function spaceOfKey(key: string): string | undefined {
  return ENTRY.exec(key)?.[1];
}

export function isMetaKey(key: string): boolean {
  return key.startsWith(metaKey(''));
}
