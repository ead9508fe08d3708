// Merges two lists into the one order of a run, by source: documents that were read, and documents of the previous
// output.

import type { Output } from '../../output/read/output.js';
import { compareSources } from '../../text/source-order.js';
import type { Document } from '../../types/document.js';
import type { DocumentNews } from '../document-news.js';
import type { RunCounts } from '../run-counts.js';
import type { KeepStep, Origin, SplitDocument, Step } from './document-steps.js';

/** A new or changed document that waits until all documents before it are released. */
export interface Arrival {
  source: string;
  root: string;
  hash: string;
  /** The file whose record it is; undefined for a file of its own. */
  recordOf: string | undefined;
  /** What failures of its chunks are of. */
  origin?: Origin;
  /** Of its file, in bytes; of a record its part of that. */
  bytes?: number;
  open(): Document | SplitDocument;
}

/** A document of the previous output that has another name now, and can't be read. */
export interface Renamed {
  source: string;
  root: string;
  /** The file whose record it is; undefined for a file of its own. */
  recordOf: string | undefined;
  /** Its name in the previous output. */
  from: string;
}

export class Sequence {
  readonly #previous: Output | undefined;
  readonly #removed: ReadonlySet<string>;
  readonly #leftOut: ReadonlySet<string>;
  readonly #counts: RunCounts;
  readonly #news: DocumentNews | undefined;
  /** In order of source. */
  #arrivals: (Arrival | Renamed)[] = [];
  /** Index of the next document of the previous output. */
  #known = 0;
  /** Documents of the previous output that look like records, but are files of their own. */
  readonly #files = new Set<string>();

  readonly #isOutdated: (file: string) => boolean;

  /**
   * @param removed sources of the previous output whose rows go. May grow while the run goes on.
   * @param leftOut those of them whose files are still there, and are left out now; may grow, too
   * @param isOutdated true when the rows of a file that stay may be of another splitter or reader
   * @param news is told what becomes of each document
   */
  constructor(
    previous: Output | undefined,
    removed: ReadonlySet<string>,
    leftOut: ReadonlySet<string>,
    counts: RunCounts,
    isOutdated: (file: string) => boolean = () => false,
    news?: DocumentNews,
  ) {
    this.#leftOut = leftOut;
    this.#isOutdated = isOutdated;
    this.#previous = previous;
    this.#removed = removed;
    this.#counts = counts;
    this.#news = news;
  }

  /** Adds documents. They may sort after files that were not read yet: the record `a#1` sorts after the file `a!`. */
  add(arrivals: readonly (Arrival | Renamed)[]): void {
    if (arrivals.length === 0) return;
    for (const arrival of arrivals) if ('bytes' in arrival) this.#counts.bytesToSplit += arrival.bytes ?? 0;
    this.#arrivals = [...this.#arrivals, ...arrivals].sort((a, b) => compareSources(a.source, b.source));
  }

  /** True when a document of this source waits. */
  holds(source: string): boolean {
    let low = 0;
    let high = this.#arrivals.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareSources(this.#arrivals[middle]!.source, source) < 0) low = middle + 1;
      else high = middle;
    }
    return this.#arrivals[low]?.source === source;
  }

  /** Marks a document that looks like a record as a file of its own. */
  isFile(source: string): void {
    this.#files.add(source);
  }

  /** Releases all documents that sort before `bound`, or all that are left. */
  *before(bound: string | undefined): Generator<Step> {
    const isBefore = (source: string) => bound === undefined || compareSources(source, bound) < 0;
    let released = 0;
    for (;;) {
      const arrival = this.#arrivals[released];
      const known = this.#previous?.documents()[this.#known];
      const order = arrival && known ? compareSources(arrival.source, known.source) : arrival ? -1 : 1;
      if (arrival && order <= 0 && isBefore(arrival.source)) {
        released++;
        if (order === 0) this.#known++;
        if ('from' in arrival) {
          yield this.#rename(arrival);
          continue;
        }
        const change = order !== 0 ? 'new' : known!.hash === arrival.hash ? 'reread' : 'changed';
        if (change === 'new') this.#counts.documentsNew++;
        else if (change === 'reread') this.#counts.documentsReread++;
        else this.#counts.documentsChanged++;
        this.#news?.arrived(change, arrival.source, arrival.hash);
        yield { kind: 'begin', ...arrival };
      } else if (known && isBefore(known.source)) {
        this.#known++;
        if (this.#removed.has(known.source)) {
          this.#counts.documentsRemoved++;
          this.#news?.removed(known.source);
          if (this.#leftOut.has(known.source)) this.#counts.documentsLeftOut++;
        } else {
          this.#counts.documentsUnchanged++;
          if (known.rows === 0 && !known.failed) this.#counts.documentsBlank++;
          const recordOf = this.#recordOf(known.source);
          const outdated = this.#isOutdated(recordOf ?? known.source);
          yield { kind: 'keep', source: known.source, recordOf, rows: known.rows, outdated };
        }
      } else {
        break;
      }
    }
    if (released > 0) this.#arrivals = this.#arrivals.slice(released);
  }

  /** It counts as any that has another name: new under that, removed under the old one. */
  #rename({ from, source, root, recordOf }: Renamed): KeepStep {
    const { rows, failed, hash } = this.#previous!.document(from)!;
    this.#counts.documentsNew++;
    if (rows === 0 && !failed) this.#counts.documentsBlank++;
    this.#news?.arrived('new', source, hash);
    const outdated = this.#isOutdated(this.#recordOf(from) ?? from);
    return { kind: 'keep', source, recordOf, rows, outdated, renamed: { from, root } };
  }

  #recordOf(source: string): string | undefined {
    return this.#files.has(source) ? undefined : this.#previous?.recordFileOf(source);
  }
}
