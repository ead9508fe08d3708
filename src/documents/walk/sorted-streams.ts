// Roots → the sorted streams that a walk merges: one per folder root (two when the output's parent is inside it, as
// sources are relative there), and one for all named files.
import { UsageError } from '../../errors.js';
import { type Folder, holds } from './folder.js';
import type { Stream } from './merge-walks.js';
import { Descent } from './paths/descent.js';
import { type FoundFile, find, isReachable, namedFiles } from './paths/named-files.js';
import { rootFolder } from './paths/root-folder.js';
import type { Root } from './paths/roots.js';
import { isOutput } from './rules/output-mark.js';
import { PatternMatches } from './rules/pattern-matches.js';
import { below, type RawPath } from './sources/source-name.js';
import { UniqueNames } from './sources/unique-names.js';
import { type Start, settingsOf, startOf, treeSettings, type WalkSettings } from './walk-options.js';
import { type Item, type RootProgress, walkTree } from './walk-tree.js';

/** @throws {UsageError} when a root is the output folder */
export function streamsOf(roots: readonly Root[], settings: WalkSettings): Stream[] {
  const matched = new PatternMatches(settings);
  const streams: Stream[] = [];
  const folders = new Map<Folder, Start>();
  const files: FoundFile[] = [];
  for (const root of roots) {
    const start = startOf(root, settings.base);
    if (root.kind === 'file') files.push(find(start));
    else if (root.kind === 'folder') {
      const folder = enter(start, matched, settings);
      if ('path' in folder) folders.set(folder, start);
      else streams.push(folder);
    }
  }
  const names = new UniqueNames([...folders.keys()], files.filter(isReachable));
  for (const [folder, start] of folders) {
    if (names.folders.includes(folder)) streams.push(...treeStreams(folder, start, names, settings));
    else {
      settings.onSkip('duplicate', start.key);
      streams.push(ended(start));
    }
  }
  files.sort((one, other) => (one.key < other.key ? -1 : 1));
  const first = files[0];
  if (first !== undefined) {
    streams.push({ from: first.key, items: namedFiles(files, names, matched, settings.onSkip) });
  }
  return streams;
}

/** The folder of a root, or the entries to yield in its place. */
function enter(start: Start, matched: PatternMatches, settings: WalkSettings): Folder | Stream {
  const { key, path, progress, root } = start;
  try {
    const folder = rootFolder(path, treeSettings(path, settingsOf(root, settings)));
    if (folder.real === settings.output) {
      throw new UsageError(
        `"${root.label}" is the output folder itself: name what to ingest, or another folder with --out.`,
      );
    }
    const reason = isOutput(path, holds(folder)) ? 'index' : matched.refusal(start, folder.real, true);
    if (reason === undefined) return folder;
    settings.onSkip(reason, key);
    return ended(start);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    progress.complete = false;
    return ended(start, [{ kind: 'failure', key, path, code: 'unreadable-folder', root: progress }]);
  }
}

function ended(start: Start, items: Item[] = []): Stream {
  return { from: start.key, items: [...items, { kind: 'listed', root: start.progress } as const].values() };
}

function treeStreams(folder: Folder, start: Start, names: UniqueNames, settings: WalkSettings): Stream[] {
  const { progress } = start;
  const { onSkip, onUnheeded } = settings;
  const common = { root: progress, top: folder, descent: new Descent(), names, onSkip, onUnheeded };
  const rest = below(settings.base, folder.path);
  if (rest === undefined || rest === '') {
    return [{ from: folder.prefix, items: walkTree({ ...common, start: folder }) }];
  }
  const outer = walkTree({ ...common, start: folder, except: settings.base });
  const streams: Stream[] = [{ from: folder.prefix, items: outer }];
  const inner = baseFolder(folder, rest, progress);
  if (inner !== undefined) {
    progress.open++;
    streams.push({ from: '', items: walkTree({ ...common, start: inner }) });
  }
  return streams;
}

function baseFolder(folder: Folder, rest: RawPath, progress: RootProgress): Folder | undefined {
  try {
    return new Descent().folder(folder, rest);
  } catch {
    // It isn't known what is there, so nothing below this root may count as gone.
    progress.complete = false;
    return undefined;
  }
}
