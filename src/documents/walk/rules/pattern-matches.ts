// A path that a glob pattern matched wasn't named itself. So ignore rules hold for it, as on a walk from the folder
// before the pattern's first wildcard.
import type { Folder } from '../folder.js';
import { Descent, rootFolder } from '../paths/root-folder.js';
import { below, rawFolder } from '../sources/source-name.js';
import { type Start, treeSettings, type WalkSettings } from '../walk-options.js';
import { compileGlobs } from './include-exclude.js';

export class PatternMatches {
  readonly #descent = new Descent();
  readonly #bases = new Map<string, Folder>();
  readonly #settings: WalkSettings;

  constructor(settings: WalkSettings) {
    this.#settings = settings;
  }

  /**
   * True when a root is wanted: always, when it was named itself.
   * @throws when a folder on its path can't be read
   */
  includes(start: Start, isFolder: boolean): boolean {
    const { glob } = start.root;
    if (glob === undefined) return true;
    const rest = below(start.path, rawFolder(glob.base));
    if (rest === undefined || rest === '') return true;
    return this.#descent.reaches(this.#folder(glob, isFolder), rest, isFolder);
  }

  #folder(glob: { base: string; nodeModules: boolean }, isFolder: boolean): Folder {
    const id = `${glob.base}\0${glob.nodeModules}\0${isFolder}`;
    let folder = this.#bases.get(id);
    if (folder === undefined) {
      const base = rawFolder(glob.base);
      const settings = treeSettings(base, this.#settings);
      // A pattern matches hidden entries only where it spells their dot.
      folder = rootFolder(base, {
        ...settings,
        hidden: true,
        nodeModules: glob.nodeModules,
        globs: isFolder ? compileGlobs([], []) : settings.globs,
      });
      this.#bases.set(id, folder);
    }
    return folder;
  }
}
