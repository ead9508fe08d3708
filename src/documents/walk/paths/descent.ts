// Whether the walk of a root reaches a given path, and whether a link leads to something that the walk leaves out: outside of
// the root, hidden, ignored. A way down may pass links, so each asks the other.
import {
  type Folder,
  follow,
  holds,
  isTakenBack,
  refusal,
  refusalByContent,
  type SkipReason,
  subfolder,
  withOwnRules,
} from '../folder.js';
import { everyFile } from '../rules/include-exclude.js';
import { below, type RawPath } from '../sources/source-name.js';

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

/**
 * @param top the root's folder
 * @param real where the link leads, with all links resolved
 */
export function leadsAway(top: Folder, real: RawPath, isFolder: boolean, descent: Descent): boolean {
  if (top.tree.follow) return false;
  const rest = below(real, top.real);
  if (rest === undefined) return true;
  // --include and --exclude judge the link by its own name.
  const anyName = { ...top, tree: { ...top.tree, globs: everyFile } };
  try {
    return descent.refusal(anyName, rest, isFolder) !== undefined;
  } catch {
    // A folder on the path can't be read.
    return true;
  }
}
