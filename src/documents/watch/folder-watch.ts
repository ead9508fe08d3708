// Tells that something changed in folders. What it was is for the next walk to find out: an event may be lost or come
// twice, a walk isn't.
import { realpathSync, type Stats, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { isIn } from '../../files/inside-folder.js';

/** A folder with all in it, or a file. */
export interface WatchedPlace {
  /** Absolute. */
  path: string;
  isFolder: boolean;
}

export interface FolderWatchOptions {
  places: readonly WatchedPlace[];
  /** Whether a file or folder is left out, with all in it. @param path absolute */
  isLeftOut(path: string): boolean;
  /** Look at all files so often, in ms, as no events come; undefined: the system tells. */
  pollMs: number | undefined;
  /** Look into folders that links lead to. */
  follow: boolean;
  /** Called at each change. @param isFolder a folder came: what was made in it before it was watched isn't told */
  onChange(isFolder: boolean): void;
  /** Called when the system has no more watches to give: then changes are missed. */
  onExhausted(): void;
}

export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #watcher: FSWatcher;
  /** Files that are watched by their folder. */
  readonly #files: ReadonlySet<string>;
  readonly #folders: readonly string[];

  private constructor(options: FolderWatchOptions) {
    const { places, pollMs, follow } = options;
    const polls = pollMs !== undefined;
    this.#options = options;
    this.#files = new Set(places.filter(({ isFolder }) => !isFolder).map(({ path }) => path));
    this.#folders = places.filter(({ isFolder }) => isFolder).map(({ path }) => path);
    const roots = polls ? places.map(({ path }) => path) : places.map(folderOf);
    this.#watcher = watch([...new Set(roots)], {
      // A folder tells of the files in it, so that there is a watch for each folder alone.
      ignored: (path, stats) =>
        this.#isIgnored(path, stats?.isFile() ?? false) || (follow && isCircle(path, this.#folders)),
      ignoreInitial: true,
      followSymlinks: follow,
      ignorePermissionErrors: true,
      atomic: false,
      usePolling: polls,
      ...(polls && { interval: pollMs, binaryInterval: pollMs }),
    });
  }

  /** Resolves when all is watched that is there. */
  static async open(options: FolderWatchOptions): Promise<FolderWatch> {
    const made = new FolderWatch(options);
    const watcher = made.#watcher;
    watcher.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE') options.onExhausted();
    });
    await new Promise<void>((resolve) => void watcher.once('ready', resolve));
    watcher.on('addDir', () => options.onChange(true));
    if (options.pollMs !== undefined) watcher.on('all', () => options.onChange(false));
    else watcher.on('raw', (_, name, details) => made.#tell(name, details));
    return made;
  }

  async close(): Promise<void> {
    await this.#watcher.close();
  }

  #tell(name: unknown, details: unknown): void {
    const { watchedPath } = (details ?? {}) as { watchedPath?: string };
    if (watchedPath === undefined) return;
    const path = typeof name === 'string' ? join(watchedPath, name) : watchedPath;
    if (this.#isWanted(path) && !this.#options.isLeftOut(path)) this.#options.onChange(false);
  }

  /** Beside a file that is watched, its folder has others. */
  #isWanted(path: string): boolean {
    return this.#files.has(path) || this.#folders.some((folder) => isIn(path, folder));
  }

  #isIgnored(path: string, isFile: boolean): boolean {
    const { pollMs, isLeftOut } = this.#options;
    if (pollMs !== undefined) return !this.#files.has(path) && isLeftOut(path);
    if (isFile) return true;
    const isAbove = [...this.#files].some((file) => dirname(file) === path);
    return !isAbove && (!this.#folders.some((folder) => isIn(path, folder)) || isLeftOut(path));
  }
}

/** Whether a path leads by links to a folder that it went through: followed, there would be one more level each time. */
function isCircle(path: string, roots: readonly string[]): boolean {
  const root = roots.find((one) => isIn(path, one));
  if (root === undefined || path === root) return false;
  const real = realPlaceOf(path);
  if (real === undefined) return true;
  for (let above = dirname(path); isIn(above, root); above = dirname(above)) {
    if (realPlaceOf(above) === real) return true;
    if (above === root) break;
  }
  return false;
}

/** Undefined for a link in a circle. */
function realPlaceOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ELOOP' ? undefined : path;
  }
}

function folderOf({ path, isFolder }: WatchedPlace): string {
  return isFolder ? path : dirname(path);
}

/**
 * File systems that don't tell of what others change: NFS, SMB (three of them), FUSE (and virtiofs), 9p, AFS, Ceph, shared
 * folders of VirtualBox.
 */
const silentTypes = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x5346414f, 0x00c36400, 0x786f4256,
]);

/** Whether changes at a path may come without an event. */
export async function isSilent(path: string): Promise<boolean> {
  try {
    return silentTypes.has((await statfs(path)).type);
  } catch {
    return false;
  }
}

/** Whether a file is there. */
export function isFile(path: string): boolean {
  return statOf(path)?.isFile() ?? false;
}

/** Tells a file or folder from another one that took its place; undefined when nothing can be seen there. */
export function identityOf(path: string): string | undefined {
  const stats = statOf(path);
  return stats && `${stats.dev} ${stats.ino}`;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
