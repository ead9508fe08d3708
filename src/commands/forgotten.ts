// What names stand for in an output, for `embed forget`: documents, files of records, folders and patterns.
import { isPattern } from '../documents/globs/tokens.js';
import { isUnderRoot } from '../documents/walk/sources/source-name.js';
import { UsageError } from '../errors.js';
import { stdinRoot } from '../ingest/survey/standard-input.js';
import type { Output } from '../output/read/output.js';
import { filterOf } from '../search/filter.js';
import { printable } from '../text/printable.js';
import { withoutSlashes } from '../text/trim.js';

export interface Forgotten {
  /** Sources of documents that go, with their rows. */
  documents: Map<string, number>;
  /** Files of their own, and files of records, that go. */
  files: Set<string>;
  /** For each name that stands for something, as it was given: what it is, and which of the files it stands for. */
  names: Map<string, NamedFiles>;
}

export interface NamedFiles {
  /** Without the line of a place (`docs/faq.md:12`). */
  name: string;
  kind: 'document' | 'folder' | 'pattern';
  files: string[];
}

/**
 * @param names sources, places as a search prints them, folders, or patterns; a document or a file of that very name comes first
 * @param base the folder that sources start from, absolute
 * @throws {UsageError} for a record of a file, and for a `!pattern`
 */
export function forgottenIn(output: Output, names: readonly string[], base: string): Forgotten {
  const found: Forgotten = { documents: new Map(), files: new Set(), names: new Map() };
  const whole = new Whole(output);
  for (const name of new Set(names)) {
    const [kind, sources, named = name] = meantBy(name, whole, base);
    if (sources.length === 0) continue;
    const files = sources.filter((source) => whole.take(source, found));
    found.names.set(name, { name: named, kind, files });
    for (const file of files) found.files.add(file);
  }
  return found;
}

/** The folder that a name stands for, without slashes at the end. */
export function folderNamed(name: string): string {
  return withoutSlashes(name) || '/';
}

function meantBy(name: string, whole: Whole, base: string): [NamedFiles['kind'], string[], string?] {
  if (whole.has(name)) return ['document', [name]];
  const placed = name.replace(/:\d+$/, '');
  if (whole.has(placed)) return ['document', [placed], placed];
  // It would stand for all the others.
  if (/(?:^|[,{])\s*!/.test(name)) {
    throw new UsageError(`${printable(name)} says what stays: name what to forget.`);
  }
  if (isPattern(name)) {
    const { takesSource } = filterOf({ source: [name] }, { whole: true });
    return ['pattern', whole.all().filter(takesSource)];
  }
  const folder = folderNamed(name);
  const isBelow = (source: string) => !whole.isPiped(source) && isUnderRoot(source, folder, base);
  return ['folder', whole.all().filter(isBelow)];
}

/** What of an output goes as a whole: a document with a file of its own, a file of records, a record of standard input. */
class Whole {
  readonly #output: Output;
  readonly #records = new Map<string, string[]>();
  #all: string[] | undefined;

  constructor(output: Output) {
    this.#output = output;
    for (const { source } of output.documents()) {
      const file = output.recordFileOf(source);
      if (file === undefined) continue;
      const records = this.#records.get(file);
      if (records) records.push(source);
      else this.#records.set(file, [source]);
    }
  }

  has(source: string): boolean {
    return this.#output.document(source) !== undefined || this.#output.recordFile(source) !== undefined;
  }

  isPiped(source: string): boolean {
    return this.#output.document(source)?.root === stdinRoot;
  }

  all(): string[] {
    this.#all ??= [
      ...this.#output
        .documents()
        .filter(({ source, root }) => root === stdinRoot || this.#output.recordFileOf(source) === undefined)
        .map(({ source }) => source),
      ...this.#output.manifest.recordFiles
        .map(({ source }) => source)
        .filter((source) => !this.#isOfStdin(source)),
    ];
    return this.#all;
  }

  #isOfStdin(file: string): boolean {
    const [first] = this.#records.get(file) ?? [];
    return first !== undefined && this.isPiped(first);
  }

  /** Adds its documents. @returns whether it is a file of its own */
  take(source: string, { documents }: Forgotten): boolean {
    const document = this.#output.document(source);
    const file = document && this.#output.recordFileOf(source);
    if (file !== undefined && document?.root !== stdinRoot) {
      throw new UsageError(
        `${printable(source)} is a record of ${printable(file)}: take it out of that file, or forget the whole file.`,
      );
    }
    const isFileOfRecords = this.#output.recordFile(source) !== undefined;
    const gone = isFileOfRecords ? (this.#records.get(source) ?? []) : [source];
    for (const one of gone) documents.set(one, this.#output.document(one)!.rows);
    return file === undefined && document?.root !== stdinRoot;
  }
}
