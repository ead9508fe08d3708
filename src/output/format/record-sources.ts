// Tells which documents of an output are records, and of which file. Only this file reads `file#id`.
// Names of folders and files, and ids, may hold a # as well.
import type { RecordFile } from './manifest.js';

/** The files of records of one output, by source. */
export class RecordFiles {
  readonly #files: Map<string, RecordFile>;
  /** Documents that only look like records, by the file whose records they look like. */
  readonly #besides = new Map<string, ReadonlySet<string>>();

  constructor(files: readonly RecordFile[]) {
    this.#files = new Map(files.map((file) => [file.source, file]));
    for (const { source, besides } of files) if (besides) this.#besides.set(source, new Set(besides));
  }

  get(source: string): RecordFile | undefined {
    return this.#files.get(source);
  }

  /** The file whose record a document is; undefined for a file of its own. */
  fileOf(source: string): string | undefined {
    for (const file of likelyFiles(source)) {
      if (this.#files.has(file) && !this.#besides.get(file)?.has(source)) return file;
    }
    return undefined;
  }
}

/** A document with a # in its source. Only the writer's caller knows whether it is a record. */
export interface Lookalike {
  source: string;
  /** The file whose record it is; undefined for a file of its own. */
  recordOf: string | undefined;
}

/** True when the source alone would name another file than `recordOf`. */
export function isLookalike({ source, recordOf }: Lookalike): boolean {
  for (const file of likelyFiles(source)) if (file !== recordOf) return true;
  return false;
}

/** The files, each with the documents that only look like its records. @param lookalikes in order of source */
export function withBesides(files: readonly RecordFile[], lookalikes: readonly Lookalike[]): RecordFile[] {
  const besides = new Map<string, string[]>(files.map(({ source }) => [source, []]));
  for (const { source, recordOf } of lookalikes) {
    for (const file of likelyFiles(source)) if (file !== recordOf) besides.get(file)?.push(source);
  }
  return files.map(({ besides: _, ...file }) => {
    const sources = besides.get(file.source) ?? [];
    return sources.length > 0 ? { ...file, besides: sources } : file;
  });
}

/** The part before each # of a source, the shortest first. `a#b#c` gives `a`, then `a#b`. */
function* likelyFiles(source: string): Generator<string> {
  for (let at = source.indexOf('#'); at >= 0; at = source.indexOf('#', at + 1)) yield source.slice(0, at);
}
