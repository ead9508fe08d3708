// The folder in which one writer stages its files: its own, so that one that lost its lock can't touch what its
// successor writes; and held, so that what is renamed out of it is what was written into it.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ensureInnerFolder } from './files/access-rights.js';
import { holdFolder, removeStage } from './files/owned-file.js';
import { runFolder, stagePrefix } from './format/layout.js';
import type { Release } from './held.js';

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

  /** Makes the folder where it isn't, and holds it until it is let go. @throws {OutputError} naming the path */
  async make(): Promise<void> {
    await ensureInnerFolder(this.path, this.#dir);
    this.#release ??= await holdFolder(this.path);
  }

  /** Removes it with what is staged. */
  async remove(): Promise<void> {
    await removeStage(this.path);
  }

  async letGo(): Promise<void> {
    await this.#release?.();
  }
}
