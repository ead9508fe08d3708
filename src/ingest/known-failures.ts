// Failures of the previous run that depend on a document and the vector space alone: a scan, a file with a password, a text that
// the model refuses. They were told then, and are only counted as long as the file's bytes, its reader and the limits stay the
// same. So a folder with such a file costs no server and no alarm every night. A rebuild tries all of them once more; what fails
// as before was told.
import type { FailureCode, KeptFailure, Lasting } from '../types/failure.js';
import type { Origin } from './stages/document-steps.js';

/** What the bytes alone decide, together with the model, which is that of the output; or the names of the files. */
const ofBytes: ReadonlySet<FailureCode> = new Set([
  'no-reader',
  'undecodable',
  'malformed',
  'encrypted',
  'no-text',
  'unknown-script',
  'too-long',
  'duplicate-source',
]);
/**
 * What the machine decides as well, and how busy it is, or the server, which may be another version tomorrow: known only when it
 * was met on several days.
 */
const ofMachine: ReadonlySet<FailureCode> = new Set(['too-slow', 'too-large', 'rejected']);
/** Another model may take the text. */
const ofModel: ReadonlySet<FailureCode> = new Set(['unknown-script', 'too-long', 'rejected']);
const daysToLast = 3;

export interface KnownFailuresOptions {
  /** The limits that are in force, in words; another text means another try for what met one. */
  limits: string;
  /** Try all again, and tell all. @default false */
  retry?: boolean | undefined;
  /** Try all again, and tell those that are new. @default false */
  rebuild?: boolean | undefined;
  /** Today (UTC), as `2026-01-31`. @default the clock's */
  today?: string | undefined;
}

export class KnownFailures {
  readonly #limits: string;
  readonly #retry: boolean;
  readonly #rebuild: boolean;
  readonly #today: string;
  /** By file. */
  readonly #byFile = new Map<string, KeptFailure[]>();
  /** Files with another failure, which are tried again for that. */
  readonly #unsettled = new Set<string>();
  /** Files that the run has listed, but not opened. */
  readonly #unread = new Set<string>();
  /** Files that the run has opened, or tried to. */
  readonly #taken = new Set<string>();

  constructor(options: KnownFailuresOptions) {
    this.#limits = options.limits;
    this.#retry = options.retry ?? false;
    this.#rebuild = options.rebuild ?? false;
    this.#today = options.today ?? new Date().toISOString().slice(0, 10);
  }

  /** @param failure of the previous output @param isOfModel whether the model is still that one */
  add(failure: KeptFailure, isOfModel = true): void {
    const { source, code, lasting } = failure;
    if (!isOfModel && ofModel.has(code)) return;
    if (lasting === undefined) {
      for (const file of possibleFiles(source)) this.#unsettled.add(file);
      return;
    }
    const file = lasting.file ?? source;
    const others = this.#byFile.get(file);
    if (others) others.push(failure);
    else this.#byFile.set(file, [failure]);
  }

  /** The failures of a file that needn't be tried again; undefined when it must be, or has none. */
  of(origin: Origin): readonly KeptFailure[] | undefined {
    const failures = this.#byFile.get(origin.file);
    if (failures === undefined || this.#retry || this.#rebuild || this.#unsettled.has(origin.file))
      return undefined;
    return failures.every((failure) => this.#isSame(failure, origin) && isSettled(failure))
      ? failures
      : undefined;
  }

  /** A failure that this run met, as it is kept; `isKnown` when it was told by an earlier run. */
  met(
    { source, code, chunk }: KeptFailure,
    origin: Origin | undefined,
  ): { kept: KeptFailure; isKnown: boolean } {
    const failure: KeptFailure = chunk === undefined ? { source, code } : { source, code, chunk };
    if (origin === undefined || !(ofBytes.has(code) || ofMachine.has(code))) {
      return { kept: failure, isKnown: false };
    }
    const before = this.#byFile
      .get(origin.file)
      ?.find((one) => one.source === source && one.code === code && one.chunk === chunk);
    const same = before !== undefined && this.#isSame(before, origin) ? before : undefined;
    const lasting: Lasting = { hash: origin.hash, reader: this.#readerOf(code, origin) };
    if (origin.file !== source) lasting.file = origin.file;
    if (ofMachine.has(code)) lasting.days = this.#days(same?.lasting?.days ?? []);
    const isKnown = same !== undefined && isSettled(same) && !this.#retry;
    return { kept: { ...failure, lasting }, isKnown };
  }

  /** Files that failed, each with what its bytes were. */
  *files(): Iterable<{ file: string; hash: string }> {
    for (const [file, failures] of this.#byFile) {
      for (const { lasting } of failures) if (lasting !== undefined) yield { file, hash: lasting.hash };
    }
  }

  /** The run has listed this file and doesn't open it, as its `--limit` is reached. */
  leaveUnread(file: string): void {
    if (this.#byFile.has(file)) this.#unread.add(file);
  }

  /** The run has opened this file, or found that it can't be. */
  take(file: string): void {
    if (this.#byFile.has(file)) this.#taken.add(file);
  }

  /**
   * Failures of files that this run didn't open, which are known further on.
   * @param isHidden called for files that it didn't list: true when they may be there all the same
   */
  unread(isHidden: (file: string) => boolean): KeptFailure[] {
    return [...this.#byFile].flatMap(([file, failures]) =>
      !this.#taken.has(file) && (this.#unread.has(file) || isHidden(file)) ? failures : [],
    );
  }

  #isSame({ code, lasting }: KeptFailure, origin: Origin): boolean {
    return lasting?.hash === origin.hash && lasting.reader === this.#readerOf(code, origin);
  }

  #readerOf(code: FailureCode, { reader }: Origin): string {
    return ofMachine.has(code) ? `${reader}, ${this.#limits}` : reader;
  }

  #days(before: readonly string[]): readonly string[] {
    return [...new Set([...before, this.#today])].sort().slice(0, daysToLast);
  }
}

function isSettled({ code, lasting }: KeptFailure): boolean {
  return ofBytes.has(code) || (lasting?.days?.length ?? 0) >= daysToLast;
}

/** The files that a source may be of: itself, and what stands before a `#`. */
function possibleFiles(source: string): string[] {
  const files = [source];
  for (let at = source.indexOf('#'); at > 0; at = source.indexOf('#', at + 1))
    files.push(source.slice(0, at));
  return files;
}
