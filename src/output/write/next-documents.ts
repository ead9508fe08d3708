// What the next output lists: its roots, its documents in the order of their sources, and files of records.
import { UsageError } from '../../errors.js';
import { compareSources } from '../../text/source-order.js';
import { maxHeadBytes, type RecordFile } from '../format/manifest.js';
import { isLookalike, type Lookalike, withBesides } from '../format/record-sources.js';
import type { Output } from '../read/output.js';

/** What the manifest's head, which is read in one go, has room for. */
const maxRootsLength = 0.75 * maxHeadBytes;

export interface SequenceOptions {
  /** The output that is there now; none starts afresh. */
  previous?: Output | undefined;
  /** Roots of this run; those of kept documents are added. */
  roots: readonly string[];
  /** Sources of the previous output that won't be kept: nothing needs their roots. */
  leaving?: ReadonlySet<string> | undefined;
}

export class Sequence {
  /** Those that were given, and those of what is kept of the previous output. */
  readonly roots: string[];
  /** Places in them. */
  readonly rootPlaces: ReadonlyMap<string, number>;
  readonly #recordFiles: RecordFile[] = [];
  readonly #lookalikes: Lookalike[] = [];
  #last: string | undefined;

  /** @throws {UsageError} when the roots are more than a manifest can hold */
  constructor({ previous, roots, leaving }: SequenceOptions) {
    const stays = ({ source }: { source: string }) => !leaving?.has(source);
    const rootOf = ({ root }: { root: string }) => root;
    const used = previous?.documents().filter(stays).map(rootOf) ?? [];
    const usedByRecords = previous?.manifest.recordFiles.filter(stays).map(rootOf) ?? [];
    this.roots = [...new Set([...roots, ...used, ...usedByRecords])].sort(compareSources);
    if (JSON.stringify(this.roots).length > maxRootsLength) {
      throw new UsageError('So many paths are too many for one output: name the folders that they lie in.');
    }
    this.rootPlaces = new Map(this.roots.map((root, place) => [root, place]));
  }

  /** @throws when it isn't behind the last one */
  add({ source, recordOf }: { source: string; recordOf?: string | undefined }): void {
    if (this.#last !== undefined && compareSources(this.#last, source) >= 0) {
      throw new Error(`expected documents in the order of their sources, got ${source} behind ${this.#last}`);
    }
    this.#last = source;
    if (isLookalike({ source, recordOf })) this.#lookalikes.push({ source, recordOf });
  }

  /** In any order. */
  addRecordFile(file: RecordFile): void {
    this.#recordFiles.push(file);
  }

  /** By source, each with the documents beside it whose sources look like those of its records. */
  get recordFiles(): RecordFile[] {
    const sorted = this.#recordFiles.sort((a, b) => compareSources(a.source, b.source));
    return withBesides(sorted, this.#lookalikes);
  }
}
