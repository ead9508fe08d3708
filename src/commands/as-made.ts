// The servers that this user named by flag or variable when an index was made, for commands that go on with it.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedSettings } from '../config/origins.js';
import { manifestName } from '../output/format/owned-names.js';
import { shardNamed } from '../output/shards/shard.js';
import { attempt, readNotes } from '../state/output-notes.js';
import { begunIn, withMaker } from './begun-flags.js';

/**
 * @param cwd folder that `out` starts from
 * @returns the same object where something is said now, or nothing is noted
 */
export function asMade<T extends LoadedSettings>(loaded: T, cwd = process.cwd()): T {
  const { settings, layers } = loaded;
  const isSaid = [layers.ollamaUrl, layers.url, layers.queue].some(
    (layer) => layer !== undefined && layer !== 'default',
  );
  if (isSaid || (settings.embedder !== 'auto' && settings.embedder !== 'ollama')) return loaded;
  const out = resolve(cwd, settings.out);
  if (!isThere(out)) return loaded;
  const { addresses, addressesOf } = readNotes(out);
  if (addresses === undefined || addressesOf !== 'ollama') return loaded;
  return {
    ...loaded,
    settings: { ...settings, ollamaUrl: addresses },
    origins: { ...loaded.origins, ollamaUrl: 'the notes on the index' },
    layers: { ...layers, ollamaUrl: 'notes' },
  };
}

/**
 * The same for a run, which may also go on with a first one that was interrupted: where nothing is named, its embedder, model
 * and servers are used, as its vectors are of no use to others.
 */
export function asBegun<T extends LoadedSettings>(loaded: T, cwd = process.cwd()): T {
  const { settings, layers } = loaded;
  const { embedder, model, ollamaUrl, url, queue, dimensions, documentPrefix, queryPrefix } = layers;
  const said = [embedder, model, ollamaUrl, url, queue, dimensions, documentPrefix, queryPrefix];
  const out = resolve(cwd, settings.out);
  if (isThere(out) || said.some((layer) => layer !== undefined && layer !== 'default'))
    return asMade(loaded, cwd);
  const maker = begunIn(out)?.maker;
  if (maker === undefined) return loaded;
  // Only by name are these servers asked.
  if (maker.embedder === 'openai' && maker.addresses.length === 0) return loaded;
  return withMaker(loaded, maker) ?? loaded;
}

/** Whether an output is there, or a shard of it: the notes on one that was removed count no more. */
export function isThere(out: string): boolean {
  const names = attempt(() => readdirSync(out)) ?? [];
  return names.some((name) => name === manifestName || shardNamed(name) !== undefined);
}
