// Outputs to sync, and what their rows are in a destination.
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type SyncOptions, sync } from '../../src/commands/sync.js';
import { loadSettings } from '../../src/config/load.js';
import type { Destination } from '../../src/destinations/destination.js';
import { openDestination } from '../../src/destinations/open.js';
import { acquireLock } from '../../src/output/lock/lock.js';
import { seedShard } from '../../src/output/shards/seed.js';
import { shardFolder } from '../../src/output/shards/shard.js';
import { readOutput } from '../helpers/output.js';
import { type SampleDocument, temporaryFolder, writeAll } from '../output/sample.js';
import type { StoredRow } from './store.js';

export interface Index {
  dir: string;
  /** Brings the output up to date: what isn't among the documents goes. */
  write(documents: readonly SampleDocument[]): Promise<void>;
  /** Makes it anew, e.g. in another vector space, as `embed ingest --rebuild` does. */
  rebuild(documents: readonly SampleDocument[], changes: Parameters<typeof writeAll>[2]): Promise<void>;
  /** Syncs it. @throws the error of the destination */
  sync(address: string, options?: Partial<SyncOptions> & { index?: string }): Promise<Counts>;
  /** Makes its shards, each with its part of it. */
  split(of: number): Promise<void>;
  /** What a store must have of it. */
  rows(index?: string): StoredRow[];
}

export interface Counts {
  new: number;
  changed: number;
  removed: number;
  unchanged: number;
  replacedCharacters: number;
}

export async function makeIndex(documents: readonly SampleDocument[] = []): Promise<Index> {
  const dir = join(await temporaryFolder(), 'embeddings');
  const index: Index = {
    dir,
    async write(all) {
      await writeAll(dir, all);
    },
    async rebuild(all, changes) {
      const names = await readdir(dir).catch(() => []);
      await Promise.all(names.filter((name) => name !== 'identity.json').map((name) => rm(join(dir, name))));
      await writeAll(dir, all, changes);
    },
    async sync(address, { index: name = 'default', ...options } = {}) {
      const { settings } = await loadSettings({
        env: {},
        cwd: dir,
        flags: { out: dir, index: name, maxRetries: '0' },
      });
      const { destinations } = await sync({ settings, destinations: [address], ...options });
      const { error, destination: _, seconds: __, ...counts } = destinations[0]!;
      if (error) throw error;
      return counts;
    },
    async split(of) {
      for (let part = 1; part <= of; part++) {
        const shard = { index: part, of };
        const folder = shardFolder(dir, shard);
        const lock = await acquireLock(folder);
        await seedShard(dir, folder, { shard, lock });
        await lock.release();
      }
    },
    rows(name = 'default') {
      const { rows, vectors } = readOutput(dir);
      return rows
        .map(({ id, text, metadata }, row) => ({
          ...{ index: name, id, source: metadata.source, text, metadata },
          sum: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
          vector: [...vectors[row]!],
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
  if (documents.length > 0) await index.write(documents);
  return index;
}

/** An index in a store, open for reading until the test ends. */
export async function openStore(address: string, index = 'default'): Promise<Destination> {
  const destination = await openDestination({
    ...{ address, index, isFromFile: false, cwd: process.cwd(), timeoutMs: 10_000 },
    signal: new AbortController().signal,
    notice: () => undefined,
  });
  onTestFinished(() => destination.close());
  return destination;
}

/** A copy of an output as a backup or a clone of its folder is. */
export async function copyOf(index: Index): Promise<Index> {
  const copy = await makeIndex();
  await rm(copy.dir, { recursive: true, force: true });
  await cp(index.dir, copy.dir, { recursive: true });
  return copy;
}

/** `count` documents of three texts each. */
export function documents(count: number, first = 0): SampleDocument[] {
  return Array.from({ length: count }, (_, place) => {
    const source = `docs/${String(first + place).padStart(4, '0')}.md`;
    return { source, texts: [0, 1, 2].map((chunk) => `text ${chunk} of ${source}`) };
  });
}
