// Entries and bytes of each vector space, and what is known of the spaces: `usage` of every cache.

import { isObject } from '../text/plain-json.js';
import type { SpaceUsage } from '../types/cache.js';
import type { Json } from '../types/json.js';

interface Sum {
  entries: number;
  bytes: number;
}

export class Tally {
  readonly #spaces = new Map<string, Sum>();

  /** Spaces so far. */
  get size(): number {
    return this.#spaces.size;
  }

  add(space: string, bytes: number): void {
    const sum = this.#spaces.get(space);
    if (sum) {
      sum.entries++;
      sum.bytes += bytes;
    } else {
      this.#spaces.set(space, { entries: 1, bytes });
    }
  }

  /**
   * The spaces that have entries, the largest first.
   * @param registered the lists that `registerSpace` keeps
   */
  spaces(registered: readonly Json[]): SpaceUsage[] {
    const known = new Map(registered.flat().flatMap(describe));
    return [...this.#spaces]
      .map(([space, sum]) => ({ space, ...known.get(space), ...sum }))
      .sort((a, b) => b.bytes - a.bytes || (a.space < b.space ? -1 : 1));
  }
}

/** Sums over all spaces. */
export function totals(spaces: readonly SpaceUsage[]): { entries: number; bytes: number } {
  let entries = 0;
  let bytes = 0;
  for (const space of spaces) {
    entries += space.entries;
    bytes += space.bytes;
  }
  return { entries, bytes };
}

type Description = Pick<SpaceUsage, 'model' | 'embedder' | 'dimensions'>;

/** Id and description of a registered space; nothing for what isn't one. */
function describe(json: Json): [string, Description][] {
  if (!isObject(json)) return [];
  const { id, model, embedder, dimensions } = json;
  if (typeof id !== 'string' || typeof model !== 'string') return [];
  if (typeof embedder !== 'string' || typeof dimensions !== 'number') return [];
  return [[id, { model, embedder, dimensions }]];
}
