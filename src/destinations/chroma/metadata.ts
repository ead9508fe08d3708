// A row's metadata as Chroma takes it: texts, numbers and switches alone, so that they can be filtered. All of it stands
// under `metadata` as JSON, too.
import type { DestinationRow } from '../destination.js';

/** Null takes a key back. */
export type Flat = Record<string, string | number | boolean | null>;

/** Titles of sections are one text. */
const between = ' › ';

export function flattened({ id, source, chunk, metadata, sum }: DestinationRow, index: string): Flat {
  const flat: Flat = {};
  for (const [key, value] of Object.entries(JSON.parse(metadata) as Record<string, unknown>)) {
    const isTexts = Array.isArray(value) && value.every((one) => typeof one === 'string');
    if (isTexts) flat[key] = value.join(between);
    else if (['string', 'number', 'boolean'].includes(typeof value))
      flat[key] = value as string | number | boolean;
  }
  return { ...flat, index_name: index, id, source, chunk, sum, metadata };
}

/** The metadata, with the keys that a row had before and hasn't now taken back. */
export function withoutOthers(metadata: Flat, before: Flat): Flat {
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(metadata, key));
  return { ...metadata, ...Object.fromEntries(gone.map((key) => [key, null])) };
}
