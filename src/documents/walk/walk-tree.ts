// Walks one root: yields its files in byte order of their sources. In memory is only one listing per level of the current
// path.
import type { FailureCode } from '../../types/failure.js';
import {
  type Folder,
  follow,
  isAbsent,
  isTakenBack,
  type OnSkip,
  type OnUnheeded,
  refusal,
  refusalByContent,
  ruleOf,
  type SkipReason,
  subfolder,
  unheededRule,
  withOwnRules,
} from './folder.js';
import { type Entry, list } from './list-folder.js';
import { type Descent, leadsAway } from './paths/descent.js';
import { escapeInvalid, type RawPath } from './sources/source-name.js';
import type { UniqueNames } from './sources/unique-names.js';

/** Progress of the listing of a root. */
export interface RootProgress {
  readonly label: string;
  /** Walks of this root that have not ended. */
  open: number;
  /** True when everything was listed, without an error. */
  complete: boolean;
}

/** Why a file is taken that a walk might leave out: the user typed its path, or `.embedignore` takes it back. */
export type Choice = 'named' | 'kept';

export type Item =
  /** `key` is the raw source, by which items are sorted. */
  | { kind: 'file'; key: RawPath; path: RawPath; root: RootProgress; choice?: Choice }
  | { kind: 'failure'; key: RawPath; path: RawPath; code: FailureCode; root: RootProgress }
  | { kind: 'listed'; root: RootProgress }
  /** A folder was opened: the event loop may get a turn. */
  | { kind: 'pause' };

export interface TreeWalk {
  readonly start: Folder;
  readonly root: RootProgress;
  /** The root's folder: `start`, or one above it. */
  readonly top: Folder;
  readonly descent: Descent;
  readonly names: UniqueNames;
  /** A folder that another walk of the same root takes. */
  readonly except?: RawPath | undefined;
  readonly onSkip: OnSkip<RawPath>;
  readonly onUnheeded?: OnUnheeded<RawPath> | undefined;
}

/** An entry that is taken. `key` is its name as in a source, ending in a slash for folders. */
export interface Taken {
  key: RawPath;
  name: RawPath;
  linkTarget?: RawPath;
  failure?: FailureCode;
  choice?: Choice;
}

interface Level {
  folder: Folder;
  entries: Taken[];
  next: number;
}

export function* walkTree(walk: TreeWalk): Generator<Item, void, undefined> {
  const { root, names } = walk;
  const contested = names.isContested(walk.start);
  const levels: Level[] = [];
  const first = open(walk, walk.start);
  if ('code' in first) yield first;
  else levels.push(first);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const entry = level.entries[level.next++];
    if (entry === undefined) {
      levels.pop();
      continue;
    }
    const { folder } = level;
    const path = `${folder.path}/${entry.name}`;
    const key = folder.prefix + entry.key;
    if (entry.failure !== undefined) {
      yield { kind: 'failure', key, path, code: entry.failure, root };
    } else if (entry.key.endsWith('/')) {
      if (path === walk.except) continue;
      const inner = subfolder(folder, entry.name, entry.linkTarget);
      if (isWalkedElsewhere(names, inner, contested)) {
        walk.onSkip('duplicate', key);
        continue;
      }
      yield { kind: 'pause' };
      const opened = open(walk, inner);
      if ('code' in opened) yield opened;
      else levels.push(opened);
    } else if (isTakenElsewhere(names, folder, path, entry, contested)) {
      walk.onSkip('duplicate', key);
    } else {
      // It may come from here before it comes as a named file.
      const choice = names.isTyped(path) ? 'named' : entry.choice;
      yield { kind: 'file', key, path, root, ...(choice && { choice }) };
    }
  }
  if (--root.open === 0) yield { kind: 'listed', root };
}

function isWalkedElsewhere(names: UniqueNames, folder: Folder, contested: boolean): boolean {
  if (!folder.linked) return contested && names.isElsewhere(folder.path, folder.real, true);
  return names.isElsewhere(folder.path, folder.real, true) || !names.enterLinked(folder.real);
}

function isTakenElsewhere(
  names: UniqueNames,
  folder: Folder,
  path: RawPath,
  entry: Taken,
  contested: boolean,
): boolean {
  if (entry.linkTarget !== undefined) {
    return names.isElsewhere(path, entry.linkTarget, false) || !names.takeLinked(entry.linkTarget);
  }
  if (!folder.linked && !contested) return false;
  const real = `${folder.real}/${entry.name}`;
  if (!folder.linked) return names.isNamed(real) && path !== real;
  return names.isNamedElsewhere(path, real) || names.wasLinked(real);
}

/** Lists a folder and judges its entries. */
function open(walk: TreeWalk, given: Folder): Level | (Item & { kind: 'failure' }) {
  try {
    const found = list(given.path);
    const present = new Set(found.map((entry) => entry.name));
    const folder = withOwnRules(given, (name) => present.has(name));
    const reason = given === walk.start ? undefined : refusalByContent(given, (name) => present.has(name));
    if (reason !== undefined) {
      walk.onSkip(reason, given.prefix);
      return { folder, entries: [], next: 0 };
    }
    const entries: Taken[] = [];
    for (const entry of found) {
      const taken = take(walk, folder, entry);
      if (taken !== undefined) entries.push(taken);
    }
    return { folder, entries: withoutTwins(entries.sort(byKey)), next: 0 };
  } catch (error) {
    walk.root.complete = false;
    if (isAbsent(error) && given !== walk.start) {
      // It was deleted after its parent was listed. That is no failure, but its files may only have moved.
      return { folder: given, entries: [], next: 0 };
    }
    const { prefix, path } = given;
    return { kind: 'failure', key: prefix, path, code: 'unreadable-folder', root: walk.root };
  }
}

/** Judges one entry of a folder; undefined when it is left out, which `walk.onSkip` is told. */
export function take(walk: TreeWalk, folder: Folder, entry: Entry): Taken | undefined {
  const { name } = entry;
  const spelled = escapeInvalid(name);
  const skip = (reason: SkipReason): undefined => {
    // Not its result: a caller's `onSkip` may return a value, which would count as an entry.
    const hasRule = reason === 'ignored' || reason === 'excluded';
    walk.onSkip(reason, folder.prefix + spelled, hasRule ? () => ruleOf(folder, name, isFolder) : undefined);
    return undefined;
  };
  let isFolder = entry.type === 'folder';
  let linkTarget: RawPath | undefined;
  if (entry.type === 'link') {
    if (name.startsWith('.') && !folder.tree.hidden) return skip('hidden');
    try {
      const { real, stats } = follow(`${folder.path}/${name}`);
      if (!stats.isDirectory() && !stats.isFile()) return skip('special');
      isFolder = stats.isDirectory();
      linkTarget = real;
    } catch (error) {
      if (isAbsent(error)) return skip('broken-link');
      // It may lead to a folder, whose content is unknown then.
      walk.root.complete = false;
      return { key: spelled, name, failure: 'unreadable' };
    }
  } else if (entry.type === 'special') return skip('special');
  const reason = refusal(folder, name, isFolder);
  if (reason !== undefined) return skip(reason);
  if (linkTarget !== undefined && leadsAway(walk.top, linkTarget, isFolder, walk.descent)) {
    const isKnown = walk.names.isElsewhere(`${folder.path}/${name}`, linkTarget, isFolder);
    return skip(isKnown ? 'duplicate' : 'link');
  }
  if (isFolder && (linkTarget ?? `${folder.real}/${name}`) === folder.tree.output) return skip('output');
  const key = isFolder ? `${spelled}/` : spelled;
  const taken: Taken = linkTarget === undefined ? { key, name } : { key, name, linkTarget };
  if (!isFolder && isTakenBack(folder, name)) taken.choice = 'kept';
  else if (!isFolder && folder.unheeded !== undefined) {
    const rule = unheededRule(folder, name);
    if (rule !== undefined) walk.onUnheeded?.(folder.prefix + spelled, rule);
  }
  return taken;
}

function byKey(one: Taken, other: Taken): number {
  return one.key < other.key ? -1 : Number(one.key > other.key) || (one.name < other.name ? -1 : 1);
}

/** Different names with the same source (`%FF` and the byte FF): all but the first fail. */
function withoutTwins(entries: Taken[]): Taken[] {
  for (let index = 1; index < entries.length; index++) {
    const entry = entries[index]!;
    if (entry.key === entries[index - 1]!.key) entry.failure = 'duplicate-source';
  }
  return entries;
}
