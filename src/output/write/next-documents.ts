// What the next output will list: its roots, its documents in order of source, and its files of records.
import { UsageError } from '../../errors.js';
import { compareSources } from '../../text/source-order.js';
import { maxHeadBytes, type RecordFile } from '../format/manifest.js';
import { isLookalike, type Lookalike, withBesides } from '../format/record-sources.js';
import type { Output } from '../read/output.js';

/** Max bytes of all roots: they must fit into the manifest's head. */
const maxRootsLength = 0.75 * maxHeadBytes;

export interface SequenceOptions {
  /** The present output; undefined for a new one. */
  previous?: Output | undefined;
  /** Roots of this run. The roots of kept documents are added to them. */
  roots: readonly string[];
  /** Sources of the previous output that won't be kept, so that their roots aren't needed. */
  leaving?: ReadonlySet<string> | undefined;
}

export class Sequence {
  /** The given roots, and the roots of kept documents. */
  readonly roots: string[];
  /** Index of each root. */
  readonly rootPlaces: ReadonlyMap<string, number>;
  /** Those of kept documents. */
  readonly #used: ReadonlySet<string>;
  readonly #recordFiles: RecordFile[] = [];
  readonly #lookalikes: Lookalike[] = [];
  #last: string | undefined;
  #beforeLast: string | undefined;

  /** @throws {UsageError} when there are more roots than a manifest can hold */
  constructor({ previous, roots, leaving }: SequenceOptions) {
    const stays = ({ source }: { source: string }) => !leaving?.has(source);
    const rootOf = ({ root }: { root: string }) => root;
    const used = previous?.documents().filter(stays).map(rootOf) ?? [];
    const usedByRecords = previous?.manifest.recordFiles.filter(stays).map(rootOf) ?? [];
    this.#used = new Set([...used, ...usedByRecords]);
    this.roots = [...new Set([...roots, ...this.#used])].sort(compareSources);
    if (JSON.stringify(this.roots).length > maxRootsLength) {
      throw new UsageError('Too many paths for one output: name the folders that hold them.');
    }
    this.rootPlaces = placesOf(this.roots);
  }

  /**
   * The roots where all documents are those of the present output: a path inside another root adds none then, so that a run over
   * it which finds nothing new writes nothing.
   */
  get unchanged(): { roots: string[]; rootPlaces: ReadonlyMap<string, number> } {
    const used = new Set([...this.#used, ...this.#recordFiles.map(({ root }) => root)]);
    const roots = this.roots.filter(
      (root) => used.has(root) || ![...used].some((other) => isInside(root, other)),
    );
    return { roots, rootPlaces: placesOf(roots) };
  }

  /** @throws when it doesn't sort after the last one */
  add({ source, recordOf }: { source: string; recordOf?: string | undefined }): void {
    if (this.#last !== undefined && compareSources(this.#last, source) >= 0) {
      throw new Error(`expected documents in order of source, got ${source} after ${this.#last}`);
    }
    this.#beforeLast = this.#last;
    this.#last = source;
    if (isLookalike({ source, recordOf })) this.#lookalikes.push({ source, recordOf });
  }

  /** Takes back the document that was added last. */
  takeBack(): void {
    if (this.#lookalikes.at(-1)?.source === this.#last) this.#lookalikes.pop();
    this.#last = this.#beforeLast;
  }

  /** In any order. */
  addRecordFile(file: RecordFile): void {
    this.#recordFiles.push(file);
  }

  /** In order of source, each with the documents that only look like its records. */
  get recordFiles(): RecordFile[] {
    const sorted = this.#recordFiles.sort((a, b) => compareSources(a.source, b.source));
    return withBesides(sorted, this.#lookalikes);
  }
}

function placesOf(roots: readonly string[]): ReadonlyMap<string, number> {
  return new Map(roots.map((root, place) => [root, place]));
}

/** Whether a root lies in the folder of another. `.` holds all that are relative, but for standard input. */
function isInside(root: string, other: string): boolean {
  if (root === '-' || root === '.') return false;
  return other === '.' ? !root.startsWith('/') : root.startsWith(`${other}/`);
}
