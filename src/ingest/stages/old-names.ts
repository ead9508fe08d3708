// What a file that can't be read had under its old name: files are renamed together with their folder, or with the output, and
// the rows of a document that fails stay.
import { readAgainHash } from '../../output/format/manifest.js';
import type { Output } from '../../output/read/output.js';
import type { KnownFailures } from '../known-failures.js';
import type { Renamed } from './document-order.js';
import type { RecordFileStep } from './document-steps.js';

export interface OldNamesOptions {
  previous: Output | undefined;
  /** Sources of the previous output whose rows go. It may grow. */
  removed: ReadonlySet<string>;
  /** Those of them whose files are still there. It may grow. */
  leftOut: ReadonlySet<string>;
  knownFailures?: KnownFailures | undefined;
  /** Old names of files by those that they have now, as far as the survey knows. @default none */
  oldNames?: ReadonlyMap<string, string> | undefined;
}

/** A file under the name that it has now. */
interface File {
  source: string;
  root: string;
  /** Of its bytes, where they could be read. */
  hash: string | undefined;
}

export class OldNames {
  readonly #options: OldNamesOptions;
  /** Files whose rows go, by the hash that they had; made when first needed. */
  #byHash: Map<string, string[]> | undefined;
  /** Old names that stand for a file already. */
  readonly #taken = new Set<string>();

  constructor(options: OldNamesOptions) {
    this.#options = options;
  }

  /**
   * What the previous output has of a file under a name that goes: its document, or its records.
   * @param present documents of the file that could be read
   * @returns undefined when it has nothing
   */
  kept(
    { source, root, hash }: File,
    present: ReadonlySet<string>,
  ): { documents: Renamed[]; file: Omit<RecordFileStep, 'kind'> | undefined } | undefined {
    const { previous } = this.#options;
    if (previous === undefined || previous.document(source) || previous.recordFile(source)) return undefined;
    const from = this.#oldName(source, hash);
    if (from === undefined) return undefined;
    this.#taken.add(from);
    const records = previous.recordFile(from);
    if (records === undefined) {
      const isFailed = !present.has(source) && previous.document(from) !== undefined;
      return { documents: isFailed ? [{ source, root, recordOf: undefined, from }] : [], file: undefined };
    }
    const documents: Renamed[] = [];
    for (const record of previous.documents()) {
      if (previous.recordFileOf(record.source) !== from) continue;
      const name = source + record.source.slice(from.length);
      if (present.has(name) || previous.document(name) !== undefined) continue;
      documents.push({ source: name, root, recordOf: source, from: record.source });
    }
    return { documents, file: { source, root, hash: records.hash, documents: documents.length } };
  }

  #oldName(source: string, hash: string | undefined): string | undefined {
    const { oldNames } = this.#options;
    const known = oldNames?.get(source);
    if (known !== undefined && this.#goes(known)) return known;
    if (hash === undefined) return undefined;
    this.#byHash ??= this.#namesByHash();
    return this.#byHash.get(hash)?.find((name) => this.#goes(name));
  }

  #goes(source: string): boolean {
    const { removed, leftOut } = this.#options;
    return removed.has(source) && !leftOut.has(source) && !this.#taken.has(source);
  }

  /** By the bytes that could be read, and by those that couldn't. */
  #namesByHash(): Map<string, string[]> {
    const { previous, knownFailures } = this.#options;
    const names = new Map<string, string[]>();
    const add = (source: string, hash: string): void => {
      // Of a file that was too large, only its size is known, and of one that was read in part nothing.
      const isOfBytes = hash.length === readAgainHash.length && hash !== readAgainHash;
      if (isOfBytes && this.#goes(source)) names.set(hash, [...(names.get(hash) ?? []), source]);
    };
    for (const { source, hash } of previous?.documents() ?? []) {
      if (previous?.recordFileOf(source) === undefined) add(source, hash);
    }
    for (const { source, hash } of previous?.manifest.recordFiles ?? []) add(source, hash);
    for (const { file, hash } of knownFailures?.files() ?? []) add(file, hash);
    return names;
  }
}
