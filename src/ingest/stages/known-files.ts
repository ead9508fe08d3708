// What the previous output knows of files: which needn't be tried again although they, their records or their chunks
// failed, and whose records its documents are.
import type { Output } from '../../output/read/output.js';
import type { KeptFailure } from '../../types/failure.js';
import type { KnownFailures } from '../known-failures.js';
import { stdinRoot } from '../survey/standard-input.js';
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

  has(source: string): boolean {
    return this.#previous?.document(source) !== undefined || this.#previous?.recordFile(source) !== undefined;
  }

  /** Whether a document has the same bytes, belongs to the same file, and is known as a whole. */
  isAsItWas({
    source,
    hash,
    recordOf,
  }: {
    source: string;
    hash: string;
    recordOf: string | undefined;
  }): boolean {
    const known = this.#previous?.document(source);
    if (known === undefined || known.failed || known.outdated) return false;
    return known.hash === hash && this.#previous?.recordFileOf(source) === recordOf;
  }

  /** Documents of standard input keep their names, also in later runs without standard input. */
  isOfStandardInput({ source, root }: { source: string; root: string }): boolean {
    return root !== stdinRoot && this.#previous?.recordFile(source)?.root === stdinRoot;
  }

  /**
   * The file `a.csv#1` and the record 1 of `a.csv` have the same source. Then the file with the shorter name wins, as
   * it came first.
   * @param removed sources whose rows go
   */
  isRecordOfAnother(source: string, file: string, removed: ReadonlySet<string>): boolean {
    const owner = this.#previous?.recordFileOf(source);
    return (
      owner !== undefined &&
      owner.length < file.length &&
      this.#previous?.document(source) !== undefined &&
      !removed.has(source)
    );
  }

  /** Adds to `removed` the records of a file that aren't `present` any more. */
  dropRecordsOf(file: string, present: ReadonlySet<string>, removed: Set<string>): void {
    if (!this.#previous?.recordFile(file)) return;
    for (const { source } of this.#previous.documents()) {
      if (!present.has(source) && this.#previous.recordFileOf(source) === file) removed.add(source);
    }
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
