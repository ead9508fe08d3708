// Whether a link leads to something that the walk of its root leaves out: outside of the root, hidden, ignored.

import type { Folder } from '../folder.js';
import { everyFile } from '../rules/include-exclude.js';
import { below, type RawPath } from '../sources/source-name.js';
import type { Descent } from './root-folder.js';

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
