// The folder of a root and the rules for it, and whether the walk from it reaches a given path.
import { existsSync } from 'node:fs';
import {
  type Folder,
  follow,
  holds,
  isTakenBack,
  refusal,
  refusalByContent,
  type SkipReason,
  subfolder,
  type TreeSettings,
  withOwnRules,
} from '../folder.js';
import { gitExcludes } from '../rules/git-excludes.js';
import { embedignoreName, gitignoreName, IgnoreRules, readIgnoreFile } from '../rules/ignore-files.js';
import { below, fsPath, type RawPath, rawSourceOf, textOf } from '../sources/source-name.js';
import { leadsAway } from './link-target.js';

/**
 * A root as a folder, with the rules of the folders above it: each `.embedignore`, and each `.gitignore`
 * up to the top level of its repository.
 * @throws when it, or an ignore file above it, can't be read
 */
export function rootFolder(path: RawPath, settings: Omit<TreeSettings, 'rootLength'>): Folder {
  const { real } = follow(path);
  const text = `${textOf(real)}/`;
  return {
    path,
    real,
    prefix: path === settings.base ? '' : `${path === '' ? '' : rawSourceOf(path, settings.base)}/`,
    text,
    linked: false,
    rules: rulesAbove(real, settings.gitignore).insideNamed(text),
    tree: { ...settings, rootLength: text.length },
  };
}

function rulesAbove(real: RawPath, gitignore: boolean): IgnoreRules {
  const ancestors = ancestorsOf(real);
  const top = gitignore
    ? [...ancestors, real].findLastIndex((path) => existsSync(fsPath(`${path}/.git`)))
    : -1;
  let rules = IgnoreRules.none;
  ancestors.forEach((path, depth) => {
    const text = `${textOf(path)}/`;
    if (depth === top) rules = rules.withExcludes(gitExcludes(path), text);
    if (top >= 0 && depth >= top) rules = rules.withGit(readIgnoreFile(path, gitignoreName), text);
    rules = rules.withEmbed(readIgnoreFile(path, embedignoreName), text);
  });
  return rules;
}

/** The folders above, outermost first. */
function ancestorsOf(path: RawPath): RawPath[] {
  const ancestors: RawPath[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) ancestors.push(path.slice(0, at));
  return ancestors;
}

/** Follows names down from a root, and tells whether its walk reaches them. */
export class Descent {
  // Questions come in order of path, so mostly the last folder is needed again.
  #last: { start: Folder; rest: RawPath; folder: Folder | undefined } | undefined;

  /** The folder `rest` below `start`, with its own rules; undefined when the walk leaves it out. */
  folder(start: Folder, rest: RawPath): Folder | undefined {
    if (this.#last?.start !== start || this.#last.rest !== rest) {
      this.#last = { start, rest, folder: descend(start, rest === '' ? [] : rest.split('/')) };
    }
    return this.#last.folder;
  }

  /** Why the walk from `start` doesn't come to the file or folder `rest` below it; undefined when it does. */
  refusal(start: Folder, rest: RawPath, isFolder: boolean): SkipReason | undefined {
    if (rest === '') return isFolder ? undefined : 'special';
    const cut = rest.lastIndexOf('/');
    const parent = this.folder(start, rest.slice(0, Math.max(cut, 0)));
    return parent === undefined ? 'ignored' : refusal(parent, rest.slice(cut + 1), isFolder);
  }

  /** Whether `.embedignore` takes the file `rest` back. Ask `refusal` first. */
  isTakenBack(start: Folder, rest: RawPath): boolean {
    const cut = rest.lastIndexOf('/');
    const parent = this.folder(start, rest.slice(0, Math.max(cut, 0)));
    return parent !== undefined && isTakenBack(parent, rest.slice(cut + 1));
  }
}

function descend(start: Folder, names: readonly RawPath[]): Folder | undefined {
  let folder = withOwnRules(start, holds(start));
  for (const name of names) {
    if (refusal(folder, name, true) !== undefined) return undefined;
    const { real } = follow(`${folder.path}/${name}`);
    if (real === folder.tree.output) return undefined;
    const isLink = real !== `${folder.real}/${name}`;
    if (isLink && leadsAway(start, real, true, new Descent())) return undefined;
    const next = subfolder(folder, name, isLink ? real : undefined);
    if (refusalByContent(next, holds(next)) !== undefined) return undefined;
    folder = withOwnRules(next, holds(next));
  }
  return folder;
}

/** Whether one of two real paths lies in the other. */
export function overlap(one: RawPath, other: RawPath): boolean {
  return below(one, other) !== undefined || below(other, one) !== undefined;
}
