// The notes on a run of the command line (src/state): what a program does with the library isn't noted.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { notedSettings } from '../commands/begun-flags.js';
import { pathsOfRun } from '../config/kinds/sources.js';
import type { LoadedSettings } from '../config/origins.js';
import { type Settings, settingsTable } from '../config/settings.js';
import { labelOf } from '../documents/walk/paths/roots.js';
import type { DocumentChange } from '../events.js';
import type { RunResult } from '../ingest/options.js';
import { RunCounts } from '../ingest/run-counts.js';
import { stdinRoot } from '../ingest/survey/standard-input.js';
import { type EndOfRun, RunNotes } from '../state/run-notes.js';
import { SignalError } from './signals.js';
import { shareDone } from './terminal/progress.js';

export interface NotedRun {
  document(change: DocumentChange, source: string): void;
  done(run: RunResult): void;
  failed(error: unknown): void;
}

interface NotedFlags {
  dryRun?: boolean | undefined;
  limit?: number | undefined;
  rebuild?: boolean | undefined;
  /** As typed; none: the sources of the settings. */
  paths?: readonly string[];
}

const nothing = (): void => undefined;

/** @param flags of a dry run nothing is noted; one with a bound of its files leaves others to the next */
export function noteRun(
  loaded: LoadedSettings,
  counts: RunCounts,
  { dryRun = false, limit, rebuild = false, paths = [] }: NotedFlags = {},
): NotedRun {
  if (dryRun) return { document: nothing, done: nothing, failed: nothing };
  const { settings } = loaded;
  const flags = [...(rebuild ? [['--rebuild']] : []), ...flagsIn(loaded)];
  const roots = rootsNamed(loaded.settings, paths);
  const notes = new RunNotes(
    resolve(settings.out),
    () => (counts.bytesRead > 0 ? shareDone(counts) : undefined),
    () => {
      const { embedder, model } = counts.embedder ?? {};
      if (embedder === undefined || model === undefined) return { flags, roots };
      return { flags, roots, maker: { embedder, model, addresses: addressesIn(loaded, embedder) } };
    },
  );
  return {
    document: (change, source) => change !== 'removed' && notes.changed(source),
    done({ summary, failures }) {
      const { unfinished } = summary;
      const pause: EndOfRun['pause'] = unfinished
        ? { by: 'max-time', share: unfinished.share }
        : limit === undefined
          ? undefined
          : { by: 'limit', share: shareDone(counts) };
      notes.end(unfinished ? 'time-up' : failures.length > 0 ? 'some-failed' : 'done', {
        ...(pause && { pause }),
        hasCommitted: summary.changed,
        seconds: summary.seconds,
        ...(summary.requests > 0 &&
          summary.embedder && { servers: serversIn(loaded, summary.embedder.embedder) }),
      });
    },
    failed: (error) =>
      notes.end(error instanceof SignalError ? 'stopped' : 'failed', { hasCommitted: false }),
  };
}

function flagsIn({ settings, layers }: LoadedSettings): string[][] {
  return settingsTable
    .filter(({ key, flag }) => notedSettings.has(key) && flag !== undefined && layers[key] === 'flag')
    .map(({ key, flag }) => [flag!.split(' ')[0]!, String(settings[key])]);
}

/** Of a pattern that no file has for its name, the folder isn't known here. */
function rootsNamed({ out, sources }: Settings, paths: readonly string[]): string[] {
  return pathsOfRun(paths, sources)
    .filter((path) => path !== stdinRoot && existsSync(resolve(path)))
    .map((path) => labelOf(resolve(path), dirname(resolve(out))));
}

/** Notes on each update of a run that watches; how much of one is done isn't noted. */
export function noteUpdates(
  loaded: LoadedSettings,
): Pick<NotedRun, 'document'> & { updated: NotedRun['done'] } {
  const begin = () => noteRun(loaded, new RunCounts());
  let notes = begin();
  return {
    document: (change, source) => notes.document(change, source),
    updated(run) {
      notes.done(run);
      notes = begin();
    },
  };
}

/**
 * The servers that were named by flags or variables: what a file names is found in the file again, and may be another
 * person's. One with a password in it stays where it was.
 */
function serversIn(loaded: LoadedSettings, of: string): { addresses: string[]; of: string } {
  return { addresses: addressesIn(loaded, of), of };
}

function addressesIn({ settings, layers }: LoadedSettings, embedder: string): string[] {
  const key = embedder === 'ollama' ? 'ollamaUrl' : embedder === 'openai' ? 'url' : undefined;
  const layer = key && layers[key];
  if (key === undefined || (layer !== 'flag' && layer !== 'environment' && layer !== 'notes')) return [];
  const addresses = settings[key] ?? [];
  return addresses.every(isOpen) ? [...addresses] : [];
}

/** Without a name, a password or a query in it. */
function isOpen(address: string): boolean {
  return !/[@?]/.test(address);
}
