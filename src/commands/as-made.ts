// The servers that this user named by flag or variable when an index was made, for commands that go on with it.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedSettings } from '../config/origins.js';
import { manifestName, runName } from '../output/format/owned-names.js';
import { shardNamed } from '../output/shards/shard.js';
import { attempt, readNotes } from '../state/output-notes.js';

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
  if (!isBegun(out)) return loaded;
  const { addresses, addressesOf } = readNotes(out);
  if (addresses === undefined || addressesOf !== 'ollama') return loaded;
  return {
    ...loaded,
    settings: { ...settings, ollamaUrl: addresses },
    origins: { ...loaded.origins, ollamaUrl: 'the notes on the index' },
    // As in the run that noted them, so that this one notes them again.
    layers: { ...layers, ollamaUrl: 'environment' },
  };
}

/** Whether an output is there, a shard of it, or a run that makes one: the notes on one that was removed count no more. */
function isBegun(out: string): boolean {
  const names = attempt(() => readdirSync(out)) ?? [];
  return names.some((name) => name === manifestName || name === runName || shardNamed(name) !== undefined);
}
