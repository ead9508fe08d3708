// One name per document: a file that is reached several times, through links or overlapping roots, is walked under one
// name only. A real path wins over a root that is a link, and that over a link below a root. Of two links, the first in
// order wins.
import type { Folder } from '../folder.js';
import { Descent } from '../paths/descent.js';
import { overlap } from '../paths/root-folder.js';
import { below, type RawPath } from './source-name.js';

interface Place {
  path: RawPath;
  real: RawPath;
}

/** A file that the user named. */
export interface NamedFile extends Place {
  /** Its path was typed; else a pattern matched it. */
  isTyped: boolean;
}

export class UniqueNames {
  /** Folder roots; one that another root's walk comes to under another name is not among them. */
  readonly folders: readonly Folder[];
  readonly #files = new Map<RawPath, RawPath>();
  readonly #typed = new Set<RawPath>();
  readonly #descent = new Descent();
  readonly #linkedFolders = new Set<RawPath>();
  readonly #linkedFiles = new Set<RawPath>();

  constructor(folders: readonly Folder[], files: readonly NamedFile[]) {
    const kept: Folder[] = [];
    this.folders = kept;
    for (const folder of [...folders].sort(ownNameFirst)) {
      if (!this.isElsewhere(folder.path, folder.real, true)) kept.push(folder);
    }
    for (const file of [...files].sort(ownNameFirst)) {
      if (!this.#files.has(file.real)) this.#files.set(file.real, file.path);
      if (file.isTyped) this.#typed.add(file.path);
    }
  }

  /** Whether a walk from this root can come to a place that another root names differently. */
  isContested(root: Folder): boolean {
    if (root.path !== root.real && this.#files.size > 0) return true;
    return this.folders.some(
      (other) =>
        other !== root &&
        (other.path !== other.real || root.path !== root.real) &&
        overlap(other.real, root.real),
    );
  }

  /** True when the file at `path` is walked under another name, by its real path. */
  isElsewhere(path: RawPath, real: RawPath, isFolder: boolean): boolean {
    if (!isFolder && this.isNamed(real)) return path !== real;
    for (const root of this.folders) {
      const rest = below(real, root.real);
      if (rest === undefined || !this.#comesTo(root, rest, isFolder)) continue;
      return path !== (rest === '' ? root.path : `${root.path}/${rest}`);
    }
    return !isFolder && this.isNamedElsewhere(path, real);
  }

  /** Whether the user typed this very path. */
  isTyped(path: RawPath): boolean {
    return this.#typed.has(path);
  }

  /** Whether the user named this file by its real path. */
  isNamed(real: RawPath): boolean {
    return this.#files.get(real) === real;
  }

  /** Whether the user named this file by another path. */
  isNamedElsewhere(path: RawPath, real: RawPath): boolean {
    return (this.#files.get(real) ?? path) !== path;
  }

  /** Records a walk of a folder through a link. False when it was walked before (a loop, a second link). */
  enterLinked(real: RawPath): boolean {
    if (this.#linkedFolders.has(real)) return false;
    this.#linkedFolders.add(real);
    return true;
  }

  /** Records that a link's file is taken. False when it was before, alone or with its folder. */
  takeLinked(real: RawPath): boolean {
    if (this.#linkedFiles.has(real) || this.#linkedFolders.has(real.slice(0, real.lastIndexOf('/'))))
      return false;
    this.#linkedFiles.add(real);
    return true;
  }

  /** True when a file was taken through its own link. */
  wasLinked(real: RawPath): boolean {
    return this.#linkedFiles.has(real);
  }

  #comesTo(root: Folder, rest: RawPath, isFolder: boolean): boolean {
    try {
      return this.#descent.refusal(root, rest, isFolder) === undefined;
    } catch {
      // A folder on the path can't be read, so the walk doesn't reach it either.
      return false;
    }
  }
}

/** Puts roots at their real path first: they win over links to them. */
function ownNameFirst(one: Place, other: Place): number {
  const links = Number(one.path !== one.real) - Number(other.path !== other.real);
  return links || (one.path < other.path ? -1 : Number(one.path > other.path));
}
