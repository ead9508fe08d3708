// src/output: the folder that a run leaves. Here (write/) it is written; read/ opens it; format/ holds names and
// bytes of its files; files/ opens them safely; lock/ lets one run at a time in.
//
// In: documents in order of source, each with its rows; or `keep` for an unchanged one. Out: the files of the
// output, replaced all at once, or not at all. The next output is staged in `.run`: rows of unchanged documents
// are copied as bytes (row-files.ts), new rows are appended, and commit.ts renames the files. While all documents
// are kept in their order, no file is written.
// What must hold: a kill at any moment leaves a whole output, and the same input gives the same bytes.
// Look first at commit.ts for kills, and at journal.ts for vectors that outlive a kill.
import { join } from 'node:path';
import { sha256 } from '../../text/sha256.js';
import type { Chunk } from '../../types/document.js';
import type { KeptFailure } from '../../types/failure.js';
import type { Vector } from '../../types/vector.js';
import { checkDiskSpace, outputError } from '../files/disk-errors.js';
import { holdsText, removeFile } from '../files/owned-file.js';
import { removeRun } from '../files/run-folder.js';
import { Stage } from '../files/stage-folder.js';
import { type Dtype, usualDtype } from '../format/dtype.js';
import { failuresText } from '../format/failures-file.js';
import { formatFor, type OutputFormat, type RecordFile } from '../format/manifest.js';
import type { OutputDocument } from '../format/manifest-reader.js';
import { chunksName, failuresName, manifestName, sumsName, vectorsName } from '../format/owned-names.js';
import { rowSumBytes } from '../format/row-sum.js';
import type { Output } from '../read/output.js';
import { type CommitFile, commitFiles } from './commit.js';
import { journalsOf } from './journal.js';
import { Sequence } from './next-documents.js';
import { changedFiles, checkCopied } from './previous-output.js';
import { renamedRows } from './renamed-rows.js';
import { type DocumentStart, StagedRows } from './row-files.js';
import { SmallFiles } from './small-files.js';
import { stageManifest } from './stage-manifest.js';
import type { CommitOptions, CommitResult, Copied, Renamed, WriterOptions } from './writer-options.js';
import type { PendingCopy, RowsToCommit } from './writer-state.js';

/** @throws {OutputError} when the folder can't be made or written */
export async function openWriter(dir: string, options: WriterOptions): Promise<OutputWriter> {
  return new OutputWriter(dir, options);
}

export class OutputWriter {
  readonly #dir: string;
  readonly #stage: Stage;
  readonly #options: WriterOptions;
  readonly #previous: Output | undefined;
  readonly #formats: OutputFormat[];
  readonly #dtype: Dtype;
  readonly #sequence: Sequence;
  readonly #failures: KeptFailure[] = [];
  /** Documents of one output, by index, that will be copied next as one range of bytes. */
  #pending: PendingCopy = { output: undefined, from: 0, to: 0 };
  /** Kept documents that are marked. */
  readonly #outdated = new Set<string>();
  #staged: StagedRows | undefined;
  readonly #smallFiles: SmallFiles;
  #recorded = false;

  constructor(dir: string, options: WriterOptions) {
    this.#dir = dir;
    this.#stage = new Stage(dir);
    this.#smallFiles = new SmallFiles(dir, this.#stage);
    this.#options = options;
    this.#previous = options.previous;
    this.#formats = (['jsonl', 'npy'] as const).filter(
      (name) => name === 'npy' || options.formats.includes(name),
    );
    this.#dtype = options.dtype ?? usualDtype;
    this.#sequence = new Sequence(options);
  }

  /**
   * Copies a document's rows from the previous output.
   * Await the promise, if there is one, before the next call.
   */
  keep(source: string, how: Copied = {}): Promise<void> | undefined {
    const { previous, document } = this.#known(source);
    return this.copy(previous, document, how);
  }

  /**
   * Copies a document's rows from any output, whose vectors must be comparable with those of this one.
   * Await the promise, if there is one, before the next call.
   */
  copy(
    from: Output,
    { source, index }: OutputDocument,
    { recordOf, outdated = false }: Copied = {},
  ): Promise<void> | undefined {
    if (from.manifest.dtype !== this.#dtype) throw new Error(`expected vectors of ${this.#dtype}`);
    this.#sequence.add({ source, recordOf });
    if (outdated) this.#outdated.add(source);
    const pending = this.#pending;
    if (pending.output === from && index === pending.to) {
      pending.to++;
      return undefined;
    }
    return this.#jump(from, index);
  }

  /**
   * Copies a document's rows from the previous output under another name: they get other ids, and the lines name it.
   * @param how.outdated as for `keep`
   * @throws {DamagedOutputError} when its rows aren't what was written
   */
  async rename(from: string, to: Renamed, how: Pick<Copied, 'outdated'> = {}): Promise<void> {
    const { previous, document } = this.#known(from);
    if (how.outdated || document.outdated) this.#outdated.add(to.source);
    await this.begin({ ...to, hash: document.hash });
    const staged = this.#begun();
    for await (const row of renamedRows(previous, document, to.source)) await staged.renamed(row);
    await staged.end(document.failed ?? 0);
  }

  /** Starts a new or changed document; its rows follow in the order of their chunks. */
  async begin(document: DocumentStart): Promise<void> {
    this.#sequence.add(document);
    (await this.#flushKept()).begin(document);
  }

  /** Adds a row. Await the promise, if there is one, before the next call: the disk is slower than the caller. */
  row(chunk: Chunk, vector: Vector): Promise<void> | undefined {
    return this.#begun().row(chunk, vector);
  }

  /** @param result.failed chunks of the document that have no vector */
  end(result: { failed?: number } = {}): Promise<void> | undefined {
    return this.#begun().end(result.failed ?? 0);
  }

  /** Takes back the document that was begun, with its rows; `keep` may follow for the same. */
  async abandon(): Promise<void> {
    await this.#begun().abandon();
    this.#sequence.takeBack();
  }

  #known(source: string): { previous: Output; document: OutputDocument } {
    const previous = this.#previous;
    const document = previous?.document(source);
    if (previous === undefined || document === undefined) {
      throw new Error(`expected a document of the previous output, got ${source}`);
    }
    if (previous.space.id !== this.#options.space.id) {
      throw new Error('expected the vector space of the previous output');
    }
    return { previous, document };
  }

  #begun(): StagedRows {
    if (this.#staged === undefined) throw new Error('expected the beginning of a document first');
    return this.#staged;
  }

  /** Remembers a file whose records are documents; in any order. */
  recordFile(file: RecordFile): void {
    this.#sequence.addRecordFile(file);
  }

  /** Adds a failure; in any order. */
  fail(failure: KeptFailure): void {
    this.#failures.push(failure);
  }

  /**
   * Replaces the output by the new one.
   * @param options.keepJournal for a run that did a part only: the next run can use the rest of the journal
   * @param options.judged as the manifest holds it
   * @throws {OutputError} when it can't be written; the old output is untouched
   * @throws {LockedError} when the lock was lost
   */
  async commit(options: CommitOptions = {}): Promise<CommitResult> {
    try {
      return await this.#commit(options);
    } catch (error) {
      throw outputError(error, this.#dir);
    } finally {
      await this.#stage.letGo();
    }
  }

  /** Removes the staged files; the old output stays. May be called at any time, also after a commit. */
  async abort(): Promise<void> {
    try {
      // A commit record may name the staged files: then `recover` needs them.
      if (this.#recorded) return;
      await Promise.all([this.#staged?.discard(), this.#smallFiles.discard()]);
      await this.#stage.remove();
      await removeRun(this.#dir);
    } finally {
      await this.#stage.letGo();
    }
  }

  async #commit({ keepJournal = false, judged }: CommitOptions): Promise<CommitResult> {
    if (this.#staged !== undefined && this.#previous) await checkCopied(this.#previous);
    const rows = await this.#rows();
    const lineBytes = rows.files[chunksName].bytes;
    const result = { rows: rows.count, bytes: lineBytes + rows.files[vectorsName].bytes, lineBytes };
    const files: CommitFile[] = rows.changed;
    const failures = failuresText(this.#failures);
    files.push(
      ...(await this.#smallFiles.addFailures(failures)),
      ...(await this.#stageManifest(rows, failures, judged)),
    );
    await this.#staged?.finish(new Set(files.map(({ name }) => name)));
    const obsolete = keepJournal ? [] : await journalsOf(this.#dir);
    const unfailed =
      this.#failures.length === 0 && (await holdsText(join(this.#dir, failuresName), '')) !== undefined;
    if (unfailed) obsolete.push(failuresName);
    const changed = files.length > 0 || unfailed;
    await this.#options.lock?.check();
    if (changed) {
      await this.#stage.make();
      this.#recorded = true;
      const record = { stage: this.#stage.name, files, remove: obsolete };
      await commitFiles(this.#dir, record, this.#options.onStep);
    } else {
      await this.#stage.remove();
      for (const name of obsolete) await removeFile(join(this.#dir, name));
    }
    await removeRun(this.#dir);
    return { changed, ...result };
  }

  async #jump(output: Output, index: number): Promise<void> {
    // Without rows before it, nothing needs to be staged yet.
    if (this.#pending.output !== undefined || index > 0) await this.#flushKept();
    this.#pending = { output, from: index, to: index + 1 };
  }

  /** Copies the pending documents, so that other rows can follow. From here on there are staged files. */
  async #flushKept(): Promise<StagedRows> {
    const { output, from, to } = this.#pending;
    this.#pending = { output, from: to, to };
    this.#staged ??= await this.#openStaged();
    if (output !== undefined && to > from) await this.#staged.keep(output, from, to);
    return this.#staged;
  }

  async #openStaged(): Promise<StagedRows> {
    await this.#stage.make();
    await checkDiskSpace(this.#stage.path, 0);
    return await StagedRows.create(this.#stage.path, {
      dir: this.#dir,
      space: this.#options.space,
      dtype: this.#dtype,
      embeddings: this.#formats.includes('jsonl'),
      rootPlaces: this.#sequence.rootPlaces,
      outdated: this.#outdated,
    });
  }

  /** What the manifest says of the new output's rows; the same as before while all of it was kept. */
  async #rows(): Promise<RowsToCommit> {
    const previous = this.#previous;
    if (this.#staged === undefined && previous !== undefined && this.#keptAll(previous)) {
      const { format, files } = previous.manifest;
      return { format, count: previous.rows, files, changed: [] };
    }
    const staged = await this.#flushKept();
    const { lines, vectors } = await staged.sizes();
    const sizes = { [vectorsName]: vectors, [chunksName]: lines, [sumsName]: staged.rows * rowSumBytes };
    const changed = await changedFiles(staged, previous ?? this.#options.replaces);
    return {
      format: formatFor(this.#dtype),
      count: staged.rows,
      files: { [chunksName]: { bytes: lines }, [vectorsName]: { bytes: vectors } },
      changed: changed.map((name) => ({ name, bytes: sizes[name] })),
    };
  }

  #keptAll(previous: Output): boolean {
    const { formats, dtype, space } = previous.manifest;
    return (
      this.#pending.from === 0 &&
      this.#pending.to === previous.documents().length &&
      formats.join() === this.#formats.join() &&
      dtype === this.#dtype &&
      space.id === this.#options.space.id
    );
  }

  async #stageManifest(rows: RowsToCommit, failuresOfRun: string, judged?: number): Promise<CommitFile[]> {
    const { roots, rootPlaces } = this.#staged ? this.#sequence : this.#sequence.unchanged;
    const { space, chunking, readers, shard = this.#previous?.manifest.shard } = this.#options;
    const { format, count, files } = rows;
    const failures = this.#failures.some(({ lasting }) => lasting) ? sha256(failuresOfRun) : undefined;
    const head = {
      ...{ format, space, chunking, readers, judged, shard },
      ...{ formats: this.#formats, dtype: this.#dtype },
      ...{ rows: count, files, failures, roots },
    };
    const entries = await this.#staged?.entries();
    const outdated = this.#outdated;
    const previous = this.#previous ?? this.#options.replaces;
    const next = { head, recordFiles: this.#sequence.recordFiles, rootPlaces, outdated, previous, entries };
    const sum = await stageManifest(next, () => this.#smallFiles.create(manifestName));
    return sum === undefined ? [] : [{ name: manifestName, ...sum }];
  }
}
