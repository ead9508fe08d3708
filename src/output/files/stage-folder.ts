// The folder in which one writer stages its files. Each writer has its own, so one that lost its lock can't touch
// the files of the next writer. It is held by a handle, so a commit renames exactly the files that were written.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { runFolder, stagePrefix } from '../format/owned-names.js';
import { ensureInnerFolder } from './access-rights.js';
import type { Release } from './folder-handle.js';
import { holdFolder, removeStage } from './owned-file.js';

export class Stage {
  readonly name = `${stagePrefix}${randomBytes(6).toString('hex')}`;
  readonly path: string;
  readonly #dir: string;
  #release: Release | undefined;

  /** Makes nothing yet. */
  constructor(dir: string) {
    this.#dir = dir;
    this.path = join(runFolder(dir), this.name);
  }

  /** Makes the folder if needed, and holds it until `letGo`. @throws {OutputError} naming the path */
  async make(): Promise<void> {
    await ensureInnerFolder(this.path, this.#dir);
    this.#release ??= await holdFolder(this.path);
  }

  /** Removes the folder with all staged files. */
  async remove(): Promise<void> {
    await removeStage(this.path);
  }

  async letGo(): Promise<void> {
    await this.#release?.();
  }
}
