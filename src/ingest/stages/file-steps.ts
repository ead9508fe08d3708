// What becomes of one file after the other: it is hashed, kept if it is unchanged since the previous output, left out, failed, or
// read into documents. `steps` holds what came of them, in order of source.
import { setImmediate } from 'node:timers/promises';
import { debug, told } from '../../debug.js';
import { hasNoReader, mayHoldRecords } from '../../documents/extract.js';
import type { DocumentReader } from '../../documents/reader/reader.js';
import { readerOf } from '../../documents/reader-version.js';
import type { WalkEntry } from '../../documents/walk/walk.js';
import { readAgainHash } from '../../output/format/manifest.js';
import type { FailureCode } from '../../types/failure.js';
import { DocumentNews } from '../document-news.js';
import { stdinRoot } from '../survey/standard-input.js';
import { withRecords } from '../survey/survey.js';
import { type Arrival, Sequence } from './document-order.js';
import type { Origin, RecordFileStep, Step } from './document-steps.js';
import { Judgement } from './judgement.js';
import { KnownFiles } from './known-files.js';
import { OldNames } from './old-names.js';
import { Outdated } from './outdated.js';
import {
  Ahead,
  codeOf,
  type EarlyReading,
  type FileEntry,
  type OpenedFile,
  readingFault,
} from './read-ahead.js';
import type { ReadOptions } from './read-options.js';

type FailureEntry = Extract<WalkEntry, { kind: 'failure' }>;

/** Records hashed between two turns of the event loop. */
const recordsPerTurn = 1000;

export class FileSteps {
  steps: Step[] = [];
  readonly #options: ReadOptions;
  readonly #documents: DocumentReader;
  readonly #ahead: Ahead;
  readonly #sequence: Sequence;
  readonly #news: DocumentNews;
  readonly #outdated: Outdated;
  readonly #known: KnownFiles;
  readonly #oldNames: OldNames;
  readonly #judgement: Judgement;
  readonly #isOwn: (source: string) => boolean;
  /** Files of records that were read, or no longer hold any. */
  #recordFiles = new Set<string>();
  #filesTaken = 0;
  #last: string | undefined;

  constructor(options: ReadOptions, documents: DocumentReader) {
    this.#options = options;
    this.#documents = documents;
    this.#ahead = new Ahead(documents, options.worker, options.maxFileSize);
    const { previous, removed, leftOut, counts, sameSplitter } = options;
    this.#isOwn = options.isOwn ?? (() => true);
    this.#outdated = new Outdated(previous, sameSplitter);
    this.#known = new KnownFiles(previous, options.knownFailures);
    this.#oldNames = new OldNames(options);
    this.#judgement = options.judgement ?? new Judgement(previous, options.generated);
    this.#news = new DocumentNews(previous, removed, options.events);
    const isOutdated = (file: string): boolean => this.#outdated.has(file);
    this.#sequence = new Sequence(previous, removed, leftOut, counts, isOutdated, this.#news);
  }

  takeSteps(): Step[] {
    const steps = this.steps;
    this.steps = [];
    return steps;
  }

  #noteRecordFile(file: Omit<RecordFileStep, 'kind'>): void {
    this.#recordFiles.add(file.source);
    this.steps.push({ kind: 'recordFile', ...file });
  }

  /** Releases all that is left, and keeps the files of records that weren't read. */
  finish(): void {
    const { previous, removed } = this.#options;
    this.#release(undefined);
    this.#news.finish();
    for (const file of previous?.manifest.recordFiles ?? []) {
      if (this.#recordFiles.has(file.source) || removed.has(file.source)) continue;
      if (file.documents === 0 && file.hash !== readAgainHash) this.#countBlank(file.hash);
      this.#noteRecordFile(this.#outdated.has(file.source) ? { ...file, hash: readAgainHash } : file);
    }
  }

  #release(bound: string | undefined): void {
    for (const step of this.#sequence.before(bound)) {
      this.#judgement.see(step);
      this.steps.push(step);
    }
  }

  /** An unchanged file of records that holds none. In a shard, they may all be of others. */
  #countBlank(hash: string): void {
    if (this.#options.isOwn === undefined) this.#options.counts.countBlankFile(hash, undefined);
  }

  /** @param origin the file, when it was read */
  fail(source: string, code: FailureCode, origin?: Origin): void {
    if (!this.#isOwn(source)) return;
    this.steps.push({ kind: 'failure', failure: { source, code }, origin });
  }

  /** A file as a whole: where it has another name now, its rows get that. */
  #failFile(source: string, root: string, code: FailureCode, origin?: Origin): void {
    this.fail(source, code, origin);
    this.#keepRenamed(source, root, origin?.hash);
  }

  #keepRenamed(source: string, root: string, hash: string | undefined): void {
    const kept = this.#oldNames.kept({ source, root, hash }, new Set());
    if (kept === undefined) return;
    this.#sequence.add(kept.documents.filter((document) => this.#isOwn(document.source)));
    if (kept.file && this.#outdated.has(source)) kept.file.hash = readAgainHash;
    if (kept.file) this.#noteRecordFile(kept.file);
  }

  /**
   * Another file has the name, or a record of one. Each run finds it out anew, as the other may be gone; so `file` is read again,
   * but the failure is known.
   */
  #failByName(source: string, file: string): void {
    this.fail(source, 'duplicate-source', { file, hash: 'name', reader: 'none' });
  }

  /** A file that the walk refused. */
  failUnread({ failure, size, root }: FailureEntry): void {
    const { source, code } = failure;
    this.#options.knownFailures?.take(source);
    if (code === 'duplicate-source') {
      this.#failByName(source, source);
      return;
    }
    const origin = size === undefined ? undefined : { file: source, hash: `${size} bytes`, reader: 'none' };
    if (origin && this.#passOver(origin, undefined)) this.#keepRenamed(source, root, undefined);
    else this.#failFile(source, root, code, origin);
  }

  /** Counts the failures of a file that needn't be tried again. @returns false when it must be, or has none */
  #passOver(origin: Origin, outdated: string | undefined): boolean {
    const failures = this.#known.failuresOf(origin, outdated !== undefined);
    for (const failure of failures ?? []) this.steps.push({ kind: 'failure', failure, isKnown: true });
    return failures !== undefined;
  }

  /** Starts early with files for the reader's process and the documents worker. */
  lookAhead(group: readonly WalkEntry[], place: number): void {
    if (this.#filesTaken >= this.#options.limit || this.#options.window?.isOver) return;
    const { previous } = this.#options;
    this.#ahead.look(group, place, (source, { bytes, hash }) => {
      const known = previous?.document(source) ?? previous?.recordFile(source);
      const outdated = this.#outdated.reason(source, bytes);
      if (known?.hash === hash && !('outdated' in known) && outdated === undefined) return true;
      const origin = { file: source, hash, reader: readerOf(source, bytes) };
      return this.#known.failuresOf(origin, outdated !== undefined) !== undefined;
    });
  }

  /** Releases all documents before a file, then reads the file. */
  async take(entry: FileEntry): Promise<void> {
    this.#release(entry.source);
    const { counts, knownFailures, limit, previous, removed, window } = this.#options;
    if (this.#filesTaken >= limit) return knownFailures?.leaveUnread(entry.source);
    if (window?.isOver) {
      // Of a file of another shard, records may be of this one.
      const size = this.#isOwn(entry.source) ? entry.size : 0;
      window.leave(entry.source, size, this.#known.has(entry.source));
      return knownFailures?.leaveUnread(entry.source);
    }
    this.#filesTaken++;
    counts.filesRead++;
    counts.bytesRead += entry.size;
    const { source, root } = entry;
    knownFailures?.take(source);
    if (source === this.#last || this.#known.isOfStandardInput(entry))
      return this.#failByName(source, source);
    this.#last = source;
    let file: OpenedFile;
    try {
      file = this.#ahead.open(entry);
    } catch (error) {
      debug.documents?.(`${source} can't be opened: ${told(error)}`);
      return this.#failFile(source, root, codeOf(error));
    }
    const { bytes, hash } = file;
    // A file of another shard is read for the records that are of this one.
    if (!this.#isOwn(source) && !mayHoldRecords(source, bytes)) return;
    const known = previous?.document(source);
    // An output of an older version may list the file `a.csv#1` as a record of `a.csv`.
    if (known?.hash === hash && source.includes('#') && !this.#sequence.holds(source)) {
      this.#sequence.isFile(source);
      removed.delete(source);
    } else if (this.#isRecordOfAnother(source, source)) return this.#failByName(source, source);
    if (this.#judgement.leavesOut(entry, file)) return this.#leaveOut('generated', source);
    const records = previous?.recordFile(source);
    const outdated = this.#outdated.reason(source, bytes);
    if (outdated === undefined) {
      this.#outdated.confirm(source);
      if (known && known.hash === hash && !known.failed && !known.outdated) return window?.pass(entry.size);
      if (records && records.hash === hash && !this.#known.hasFailedRecord(source)) {
        if (records.documents === 0) this.#countBlank(hash);
        window?.pass(entry.size);
        return this.#noteRecordFile({ source, root: records.root, hash, documents: records.documents });
      }
    } else if (known?.hash === hash || records?.hash === hash) {
      counts.newer.add(outdated);
    }
    const isReadable = !hasNoReader(source, bytes);
    if (!isReadable && entry.choice !== 'named') return this.#leaveOut('no-reader', source);
    const origin = { file: source, hash, reader: readerOf(source, bytes) };
    if (this.#passOver(origin, outdated)) {
      if (records) this.#noteRecordFile({ source, root, hash: records.hash, documents: records.documents });
      else this.#keepRenamed(source, root, hash);
      return;
    }
    if (!isReadable) return this.#failFile(source, root, 'no-reader', origin);
    window?.work(entry.size, known !== undefined || records !== undefined);
    await this.#extract(this.#ahead.own(file), origin, root);
  }

  /** The rows of a file that is left out, and of its records, go. */
  #leaveOut(reason: string, source: string): void {
    const { counts, events, leftOut, previous, removed } = this.#options;
    if (this.#isOwn(source) && counts.leftOut.add(reason, source)) events.skipped(reason, source);
    for (const one of previous ? withRecords([source], previous) : []) {
      removed.add(one);
      leftOut.add(one);
    }
  }

  async #extract({ bytes, hash, reading }: OpenedFile, origin: Origin, root: string): Promise<void> {
    const { counts, previous, removed, signal } = this.#options;
    const source = origin.file;
    let found: EarlyReading;
    try {
      found = await counts.reading(bytes.length, reading ?? this.#documents.read(bytes, source));
    } catch (error) {
      signal?.throwIfAborted();
      const { code, why } = readingFault(error);
      debug.documents?.(`${source} can't be read: ${why}`);
      return this.#failFile(source, root, code, origin);
    }
    debug.documents?.(`read ${source}: ${bytes.length} bytes, ${found.documents.length} documents`);
    for (const { source: record, code } of found.failures) this.fail(record, code, origin);
    const single = found.documents.length === 1 && found.documents[0]!.source === source;
    const arrivals: Arrival[] = [];
    const share = { root, origin, bytes: bytes.length / found.documents.length };
    let isWhole = found.failures.every((failure) => !this.#isOwn(failure.source));
    for (const [place, document] of found.documents.entries()) {
      if (place % recordsPerTurn === recordsPerTurn - 1) {
        await setImmediate();
        signal?.throwIfAborted();
      }
      if (!this.#isOwn(document.source)) continue;
      if (!single && this.#isRecordOfAnother(document.source, source)) {
        this.#failByName(document.source, source);
        isWhole = false;
        continue;
      }
      const whose = single ? { hash, recordOf: undefined } : { hash: document.hash(), recordOf: source };
      arrivals.push({ source: document.source, ...whose, ...share, open: () => document.open() });
    }
    if (single) {
      // The file may have held records before; or, below, it may have been one document.
      this.#known.dropRecordsOf(source, new Set(), removed);
      this.#recordFiles.add(source);
    } else {
      if (previous?.document(source)) removed.add(source);
      if (isWhole && found.documents.length === 0 && this.#isOwn(source)) {
        counts.countBlankFile(previous?.recordFile(source)?.hash, hash);
      }
      const present = new Set(arrivals.map((arrival) => arrival.source));
      // Of a file that has another name now, the records that can't be read stay, too.
      const file = { source, root, hash };
      const kept = isWhole ? [] : (this.#oldNames.kept(file, present)?.documents ?? []);
      this.#sequence.add(kept.filter((document) => this.#isOwn(document.source)));
      const documents = arrivals.length + kept.length;
      this.#noteRecordFile({ source, root, hash: isWhole ? hash : readAgainHash, documents });
      // Standard input holds only what was sent this time: a missing record isn't gone.
      const shownInPart = root === stdinRoot && previous?.recordFile(source)?.root === stdinRoot;
      if (isWhole && !shownInPart) this.#known.dropRecordsOf(source, present, removed);
    }
    this.#sequence.add(arrivals.filter((arrival) => single || !this.#isUnchanged(arrival, bytes)));
  }

  #isUnchanged(arrival: Arrival, file: Buffer): boolean {
    const { source, recordOf } = arrival;
    return this.#known.isAsItWas(arrival) && this.#outdated.isCurrent(recordOf ?? source, file);
  }

  /** True when a record of another file has this source, and that file came first. */
  #isRecordOfAnother(source: string, file: string): boolean {
    if (!source.includes('#')) return false;
    return this.#sequence.holds(source) || this.#known.isRecordOfAnother(source, file, this.#options.removed);
  }
}
