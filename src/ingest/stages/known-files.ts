// Which files of the previous output needn't be tried again although they, their records or their chunks failed.
import type { Output } from '../../output/read/output.js';
import type { KeptFailure } from '../../types/failure.js';
import type { KnownFailures } from '../known-failures.js';
import type { Origin } from './document-steps.js';

export class KnownFiles {
  readonly #previous: Output | undefined;
  readonly #failures: KnownFailures | undefined;
  /** Files of records, by what one of their records is; found when first needed. */
  #recordFiles: { failed: Set<string | undefined>; outdated: Set<string | undefined> } | undefined;

  constructor(previous: Output | undefined, failures: KnownFailures | undefined) {
    this.#previous = previous;
    this.#failures = failures;
  }

  /**
   * The failures of a file that is as it was, and of which the output holds all that can be read.
   * @param isOutdated true when its rows are of another reader or splitter
   * @returns undefined when the file must be tried again, or has none
   */
  failuresOf(origin: Origin, isOutdated: boolean): readonly KeptFailure[] | undefined {
    const { file, hash } = origin;
    const failures = this.#failures?.of(origin);
    if (failures === undefined || this.#previous === undefined) return undefined;
    if (failures.some(({ source, chunk }) => source === file && chunk === undefined)) return failures;
    if (isOutdated) return undefined;
    const document = this.#previous.document(file);
    if (document?.hash === hash) {
      return document.failed === failures.length && !document.outdated ? failures : undefined;
    }
    const isWhole = this.#previous.recordFile(file) !== undefined && !this.#records().outdated.has(file);
    return isWhole ? failures : undefined;
  }

  /** True when a chunk of a record of this file failed. */
  hasFailedRecord(file: string): boolean {
    return this.#records().failed.has(file);
  }

  #records() {
    if (this.#recordFiles !== undefined) return this.#recordFiles;
    const files = { failed: new Set<string | undefined>(), outdated: new Set<string | undefined>() };
    for (const { source, failed, outdated } of this.#previous?.documents() ?? []) {
      if (failed) files.failed.add(this.#previous?.recordFileOf(source));
      if (outdated) files.outdated.add(this.#previous?.recordFileOf(source));
    }
    this.#recordFiles = files;
    return files;
  }
}
