// The staged files beside the rows: manifest and failures.
import { join } from 'node:path';
import { holdsText } from '../files/owned-file.js';
import type { Stage } from '../files/stage-folder.js';
import { failuresName } from '../format/owned-names.js';
import type { CommitFile } from './commit.js';
import { StagedFile } from './staged-file.js';

export class SmallFiles {
  readonly #dir: string;
  readonly #stage: Stage;
  readonly #files: StagedFile[] = [];

  /** @param dir the output folder */
  constructor(dir: string, stage: Stage) {
    this.#dir = dir;
    this.#stage = stage;
  }

  /** The staged file that will replace the one of this name. */
  async create(name: string): Promise<StagedFile> {
    await this.#stage.make();
    const replaces = join(this.#dir, name);
    const file = await StagedFile.create(join(this.#stage.path, name), { hashed: true, replaces });
    this.#files.push(file);
    return file;
  }

  /** @returns none when there are no failures, or the present file holds just these */
  async addFailures(text: string): Promise<CommitFile[]> {
    if (text === '' || (await holdsText(join(this.#dir, failuresName), text))) return [];
    const file = await this.create(failuresName);
    file.addText(text);
    const sum = await file.sum();
    await file.finish();
    return [{ name: failuresName, ...sum }];
  }

  async discard(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.discard()));
  }
}
