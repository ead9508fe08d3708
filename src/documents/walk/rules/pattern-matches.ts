// A path that a glob pattern matched wasn't named itself. So ignore rules hold for it, as on a walk from the folder
// before the pattern's first wildcard.
import type { Folder, SkipReason } from '../folder.js';
import { Descent, leadsAway } from '../paths/descent.js';
import { rootFolder } from '../paths/root-folder.js';
import { below, type RawPath, rawFolder } from '../sources/source-name.js';
import { type Start, treeSettings, type WalkSettings } from '../walk-options.js';
import type { Choice } from '../walk-tree.js';
import { everyFile } from './include-exclude.js';

export class PatternMatches {
  readonly #descent = new Descent();
  readonly #bases = new Map<string, Folder>();
  readonly #settings: WalkSettings;

  constructor(settings: WalkSettings) {
    this.#settings = settings;
  }

  /**
   * Why a root isn't wanted; undefined when it is: always, when it was named itself.
   * @param real its path with all links resolved
   * @throws when a folder on its path can't be read
   */
  refusal(start: Start, real: RawPath, isFolder: boolean): SkipReason | undefined {
    const place = this.#placeOf(start, isFolder);
    if (place === undefined) return undefined;
    const { folder, rest } = place;
    const reason = this.#descent.refusal(folder, rest, isFolder);
    if (reason !== undefined) return reason;
    // A pattern doesn't look into links, so that only the match itself can be one.
    const isLink = real !== `${folder.real}/${rest}`;
    return isLink && leadsAway(folder, real, isFolder, this.#descent) ? 'link' : undefined;
  }

  /** Why a file root is taken, whatever it holds; undefined when a pattern matched it. */
  choice(start: Start): Choice | undefined {
    const place = this.#placeOf(start, false);
    if (place === undefined) return 'named';
    return this.#descent.isTakenBack(place.folder, place.rest) ? 'kept' : undefined;
  }

  /** The folder before the pattern that matched a root, and the root's path in it. */
  #placeOf(start: Start, isFolder: boolean): { folder: Folder; rest: RawPath } | undefined {
    const { glob } = start.root;
    if (glob === undefined) return undefined;
    const rest = below(start.path, rawFolder(glob.base));
    if (rest === undefined || rest === '') return undefined;
    return { folder: this.#folder(glob, isFolder), rest };
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
        globs: isFolder ? everyFile : settings.globs,
      });
      this.#bases.set(id, folder);
    }
    return folder;
  }
}
