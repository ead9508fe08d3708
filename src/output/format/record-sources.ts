// Which documents of an output are records, and of which file: the one place that reads `file#id`.
// Folders, files and ids may have a # in them, too.
import type { RecordFile } from './manifest.js';

/** The files of records of one output, by source. */
export class RecordFiles {
  readonly #files: Map<string, RecordFile>;
  /** Documents that only look like records, by the file that they look like records of. */
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

/** A document of which only the writer's caller knows whether it is a record. */
export interface Lookalike {
  source: string;
  /** The file whose record it is; undefined for a file of its own. */
  recordOf: string | undefined;
}

/** Whether the source alone can't tell: it looks like a record of another file than its own. */
export function isLookalike({ source, recordOf }: Lookalike): boolean {
  for (const file of likelyFiles(source)) if (file !== recordOf) return true;
  return false;
}

/** The files, each with the documents that only look like its records. @param lookalikes in order */
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

/** What stands in front of each # of a source, the shortest first. */
function* likelyFiles(source: string): Generator<string> {
  for (let at = source.indexOf('#'); at >= 0; at = source.indexOf('#', at + 1)) yield source.slice(0, at);
}
