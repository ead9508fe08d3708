// The names of all keys of the cache in Redis. No other key is ever read or removed.

const rootKey = 'embed:1:';

/** The common start of all keys, as a pattern for SCAN. */
export const allKeys = `${rootKey}*`;

/** The counts of lookups, a Redis hash. */
export const lookupsKey = `${rootKey}meta:lookups`;

/** The start of the keys of one space's entries. */
export function prefixOf(space: string): string {
  return `${rootKey}${space}:`;
}

export function metaKey(key: string): string {
  return `${rootKey}meta:${key}`;
}

const entryPattern = new RegExp(`^${rootKey}([0-9a-f]{32}):[0-9a-f]{64}$`);

/** The id of an entry's space; undefined when the key isn't an entry's. */
export function spaceOfKey(key: string): string | undefined {
  return entryPattern.exec(key)?.[1];
}

export function isMetaKey(key: string): boolean {
  return key.startsWith(metaKey(''));
}
