// Whether the walk of a folder comes to one path, and which rule says no: judged entry by entry as the walk itself does.
import { lstatSync } from 'node:fs';
import type { SkipRule, VainRule } from '../../types/skip-rule.js';
import { type Folder, holds, refusalByContent, type SkipReason, subfolder, withOwnRules } from './folder.js';
import type { Entry } from './list-folder.js';
import { Descent } from './paths/descent.js';
import { rootFolder } from './paths/root-folder.js';
import type { Root } from './paths/roots.js';
import { withFullPaths } from './rules/full-paths.js';
import { compileGlobs } from './rules/include-exclude.js';
import { vainRule } from './rules/vain-rules.js';
import {
  below,
  failureSource,
  fsPath,
  type RawPath,
  rawFolder,
  rawOf,
  textOf,
} from './sources/source-name.js';
import { UniqueNames } from './sources/unique-names.js';
import { treeOptions, type WalkOptions } from './walk.js';
import { settingsOf, treeSettings } from './walk-options.js';
import { type Choice, type TreeWalk, take } from './walk-tree.js';

/** What the walk of a folder makes of a path below it. */
export interface Verdict {
  /** Why it is left out; absent when it is taken. */
  reason?: SkipReason | 'unreadable';
  /** What is left out, as a source: the path, or a folder above it. */
  at?: string;
  /** The rule that says so, where one does. */
  rule?: SkipRule;
  /** A line that would take it, but has no effect. */
  vain?: VainRule;
  /** Why it is taken whatever it holds. */
  choice?: Choice;
}

/**
 * @param top the folder that the walk starts from, absolute
 * @param path a file or folder below it, or it itself, absolute
 * @param own patterns that hold below this folder alone
 * @throws the system's error when a folder on the way, or an ignore file, can't be read
 */
export function verdictOn(top: string, path: string, options: WalkOptions, own?: Root['own']): Verdict {
  const start = rawFolder(top);
  const rest = below(rawOf(path), start);
  if (rest === undefined) throw new RangeError(`expected a path below ${top}, got ${path}`);
  const named: Root = { kind: 'folder', path: top, label: '', ...(own && { own }) };
  const { roots, exclude } = withFullPaths([named], options.exclude);
  const globs = compileGlobs(options.include, exclude);
  const nothing = (): void => undefined;
  const settings = { ...treeOptions(options), globs, onSkip: nothing, onOwn: nothing };
  const folder = rootFolder(start, treeSettings(start, settingsOf(roots[0]!, settings)));
  return descend(folder, rest === '' ? [] : rest.split('/'));
}

function descend(top: Folder, names: readonly RawPath[]): Verdict {
  let verdict: Verdict = {};
  const walk: TreeWalk = {
    start: top,
    root: { label: '', open: 1, complete: true },
    top,
    descent: new Descent(),
    names: new UniqueNames([top], []),
    onSkip: (reason, key, rule) => {
      const found = rule?.();
      verdict = { reason, at: failureSource(key), ...(found && { rule: found }) };
    },
  };
  let folder = withOwnRules(top, holds(top));
  for (const [depth, name] of names.entries()) {
    const taken = take(walk, folder, { name, type: typeOf(`${folder.path}/${name}`) });
    if (taken === undefined) return withVain(verdict, folder, names.slice(depth));
    const at = failureSource(folder.prefix + taken.key);
    if (taken.failure !== undefined) return { reason: 'unreadable', at };
    if (taken.choice) verdict = { choice: taken.choice };
    if (!taken.key.endsWith('/')) return depth === names.length - 1 ? verdict : { reason: 'special', at };
    const next = subfolder(folder, name, taken.linkTarget);
    const reason = refusalByContent(next, holds(next));
    if (reason !== undefined) return { reason, at };
    folder = withOwnRules(next, holds(next));
  }
  return verdict;
}

/** @param names the one that is left out, which `folder` holds, and those below it */
function withVain(verdict: Verdict, folder: Folder, [name, ...below]: readonly RawPath[]): Verdict {
  if (verdict.reason !== 'ignored' || verdict.rule === undefined || below.length === 0) return verdict;
  const isFolder = typeOf([folder.path, name, ...below].join('/')) === 'folder';
  const leftOut = `${folder.text}${textOf(name!)}/`;
  const path = `${leftOut}${below.map(textOf).join('/')}${isFolder ? '/' : ''}`;
  const vain = vainRule(path, leftOut, verdict.rule);
  return vain === undefined ? verdict : { ...verdict, vain };
}

function typeOf(path: RawPath): Entry['type'] {
  const stats = lstatSync(fsPath(path));
  if (stats.isSymbolicLink()) return 'link';
  return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'special';
}
