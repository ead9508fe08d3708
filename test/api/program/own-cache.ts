// A cache of one's own, in a map.
import type {
  CacheUsage,
  Json,
  PruneOptions,
  SpaceUsage,
  Vector,
  VectorCache,
  VectorEntry,
} from 'embed-ingest';

export class MapCache implements VectorCache {
  readonly kind = 'memory';
  readonly #spaces = new Map<string, Map<string, Vector>>();
  readonly #meta = new Map<string, Json>();
  #hits = 0;
  #misses = 0;

  async getMany(space: string, hashes: readonly string[], dimensions: number) {
    const found = hashes.map((hash) => this.#spaces.get(space)?.get(hash));
    const right = found.map((vector) => (vector?.length === dimensions ? vector : undefined));
    const hits = right.filter((vector) => vector !== undefined).length;
    this.#hits += hits;
    this.#misses += right.length - hits;
    return right;
  }

  async setMany(space: string, entries: readonly VectorEntry[]): Promise<void> {
    const vectors = this.#spaces.get(space) ?? new Map<string, Vector>();
    this.#spaces.set(space, vectors);
    for (const { hash, vector } of entries) vectors.set(hash, vector.slice());
  }

  async getMeta(key: string): Promise<Json | undefined> {
    return this.#meta.get(key);
  }

  async setMeta(key: string, value: Json): Promise<void> {
    this.#meta.set(key, value);
  }

  async usage(): Promise<CacheUsage> {
    const spaces = [...this.#spaces].map(([space, vectors]): SpaceUsage => {
      const bytes = [...vectors.values()].reduce((sum, vector) => sum + vector.byteLength, 0);
      return { space, entries: vectors.size, bytes };
    });
    const sum = (of: 'entries' | 'bytes') => spaces.reduce((all, space) => all + space[of], 0);
    return { entries: sum('entries'), bytes: sum('bytes'), hits: this.#hits, misses: this.#misses, spaces };
  }

  /** By space alone: it has neither times nor bounds. */
  async prune({ keepSpace = () => true }: PruneOptions): Promise<number> {
    const { spaces } = await this.usage();
    const gone = spaces.filter((space) => !keepSpace(space));
    for (const { space } of gone) this.#spaces.delete(space);
    return gone.reduce((sum, { entries }) => sum + entries, 0);
  }

  async clear(): Promise<number> {
    this.#meta.clear();
    return await this.prune({ keepSpace: () => false });
  }

  async close(): Promise<void> {}
}
