// src/documents/walk: finds the files of documents.
//
// In: roots (paths/). Out: groups of entries: files in byte order of their sources, each once; failures; and for each
// root whether all of it was listed. The order lets a run merge it with the previous output. walk-tree.ts walks one
// root, sorted-streams.ts and merge-walks.ts join several, rules/ decides what is taken, sources/ names files.
// What must hold: a folder that can't be listed is never mistaken for an empty one, as its rows would be removed.

import { setImmediate } from 'node:timers/promises';
import { realPlace } from '../../files/real-place.js';
import type { Failure } from '../../types/failure.js';
import { measure } from './file-sizes.js';
import type { OnSkip, OnUnheeded } from './folder.js';
import { isAbsent } from './folder.js';
import { merge } from './merge-walks.js';
import type { Root } from './paths/roots.js';
import { withFullPaths } from './rules/full-paths.js';
import { compileGlobs } from './rules/include-exclude.js';
import type { UnusedPattern } from './rules/pattern-uses.js';
import { failureSource, fsPath, type RawPath, rawOf, textOf } from './sources/source-name.js';
import type { WalkSettings } from './walk-options.js';
import type { Choice, Item } from './walk-tree.js';

export type { SkipReason } from './folder.js';
export type { UnusedPattern } from './rules/pattern-uses.js';
export type { Choice } from './walk-tree.js';

export type WalkEntry =
  /** A file to read. `size` in bytes, as of now. */
  | { kind: 'file'; path: Buffer; source: string; size: number; root: string; choice?: Choice }
  /** `size` in bytes, of a file that was named and is too large. */
  | { kind: 'failure'; failure: Failure; size?: number; root: string }
  /** The last entry of a root: was all of it listed, without an error? */
  | { kind: 'listed'; root: string; complete: boolean };

export interface WalkOptions {
  /** The output's parent folder, absolute: sources are relative to it. */
  base: string;
  /** Patterns; with any, only files that match one are taken. Files named on the command line always are. */
  include: readonly string[];
  exclude: readonly string[];
  /** Respect `.gitignore`. (`.embedignore` always is.) */
  gitignore: boolean;
  /** Take links that lead out of their root, or to something that is left out there. */
  follow: boolean;
  /** Take files that a program made from others, and folders of copies. */
  generated: boolean;
  /** In bytes; larger files are left out, and fail when they were named. */
  maxFileSize: number;
  /** Absolute; left out of the walk, whether it exists yet or not. */
  outputDir: string;
  /** Called after a complete walk of folders, with the patterns that matched nothing. */
  onUnused?: ((patterns: readonly UnusedPattern[]) => void) | undefined;
  /** Called for everything that is left out, with its source, and what finds the rule where one is to blame. */
  onSkip?: OnSkip<string> | undefined;
  /** Called for files that are taken although a `.gitignore` above their root names them, as there is no repository. */
  onUnheeded?: OnUnheeded<string> | undefined;
  signal?: AbortSignal | undefined;
}

/** What the walk of a tree needs of its options. */
export function treeOptions(options: WalkOptions): Omit<WalkSettings, 'globs' | 'onSkip' | 'onOwn'> {
  return {
    base: options.base === '/' ? '' : rawOf(options.base),
    output: rawOf(realPlace(options.outputDir)),
    gitignore: options.gitignore,
    follow: options.follow,
    generated: options.generated,
  };
}

/** Max entries of a group. */
const groupSize = 256;
/** Folders opened before the event loop gets a turn. */
const foldersPerTurn = 32;

type FileItem = Item & { kind: 'file' };

/**
 * The files below `roots`, in groups of up to 256 entries; without standard input.
 * Memory: one listing per level of the current path.
 * @throws {UsageError} when a root is the output folder, or a pattern is empty
 */
export async function* walk(roots: readonly Root[], options: WalkOptions): AsyncGenerator<WalkEntry[]> {
  const skip: OnSkip<RawPath> = (reason, key, rule) => options.onSkip?.(reason, failureSource(key), rule);
  // Brings fast-glob, which most commands do without.
  const { streamsOf } = await import('./sorted-streams.js');
  const full = withFullPaths(roots, options.exclude);
  const globs = compileGlobs(options.include, full.exclude);
  const all = [globs];
  const streams = streamsOf(full.roots, {
    ...treeOptions(options),
    globs,
    onSkip: skip,
    onUnheeded: (key, rule) => options.onUnheeded?.(failureSource(key), rule),
    onOwn: (own) => all.push(own),
  });
  let items: Exclude<Item, { kind: 'pause' }>[] = [];
  let pauses = 0;
  let last: Item | undefined;
  let isComplete = true;
  for (const item of merge(streams)) {
    if (item.kind === 'pause') {
      if (++pauses % foldersPerTurn !== 0) continue;
      options.signal?.throwIfAborted();
      await setImmediate();
      continue;
    }
    if ('key' in item) {
      const twin = last !== undefined && 'key' in last && last.key === item.key ? last : undefined;
      last = item;
      if (twin?.path === item.path) continue;
      items.push(twin === undefined ? item : { ...item, kind: 'failure', code: 'duplicate-source' });
    } else {
      isComplete &&= item.root.complete;
      items.push(item);
    }
    if (items.length < groupSize) continue;
    options.signal?.throwIfAborted();
    const group = await entriesOf(items, options.maxFileSize, skip);
    items = [];
    if (group.length > 0) yield group;
  }
  options.signal?.throwIfAborted();
  const group = await entriesOf(items, options.maxFileSize, skip);
  if (group.length > 0) yield group;
  if (isComplete) options.onUnused?.(all.flatMap(({ uses }) => uses?.unused ?? []));
}

async function entriesOf(
  items: readonly Exclude<Item, { kind: 'pause' }>[],
  maxFileSize: number,
  skip: OnSkip<RawPath>,
): Promise<WalkEntry[]> {
  const sizes = await measure(items.filter((item) => item.kind === 'file').map((item) => fsPath(item.path)));
  const entries: WalkEntry[] = [];
  let measured = 0;
  for (const item of items) {
    const root = item.root.label;
    if (item.kind === 'listed') {
      entries.push({ kind: 'listed', root, complete: item.root.complete });
    } else if (item.kind === 'failure') {
      entries.push({ kind: 'failure', failure: { source: failureSource(item.key), code: item.code }, root });
    } else {
      const size = sizes[measured++]!;
      if (size === 'special') skip('special', item.key);
      else if (typeof size === 'object') entries.push(...unmeasured(item, size.error));
      else if (size > maxFileSize && item.choice !== 'named') skip('too-large', item.key);
      else if (size > maxFileSize) {
        const failure: Failure = { source: textOf(item.key), code: 'too-large' };
        entries.push({ kind: 'failure', failure, size, root });
      } else {
        const path = Buffer.from(item.path, 'latin1');
        const { choice } = item;
        entries.push({ kind: 'file', path, source: textOf(item.key), size, root, ...(choice && { choice }) });
      }
    }
  }
  return entries;
}

/** A file that was deleted after it was listed is no document any more, but may only have moved. */
function unmeasured(item: FileItem, error: unknown): WalkEntry[] {
  if (isAbsent(error)) {
    item.root.complete = false;
    return [];
  }
  return [
    { kind: 'failure', failure: { source: textOf(item.key), code: 'unreadable' }, root: item.root.label },
  ];
}
