// Which rows of the previous output another splitter or another reader made. The files of these are read again, although
// they are unchanged; rows of files that aren't read this time are marked, so that a later run does it.
import { FORMATS, type Format, type FormatName, formatFor } from '../../documents/extract.js';
import type { Output } from '../../output/read/output.js';

export class Outdated {
  readonly #sameSplitter: boolean;
  /** Formats whose reader is not the one that the output names. */
  readonly #formats: ReadonlySet<string>;
  /** Files that were read, and whose rows are of this version: their names don't tell it. */
  readonly #current = new Set<string>();

  /** @param sameSplitter true when the splitter is the one that made the rows */
  constructor(previous: Output | undefined, sameSplitter: boolean) {
    this.#sameSplitter = sameSplitter;
    this.#formats = previous ? formatsReadOtherwise(previous.manifest.readers) : new Set();
  }

  /**
   * True when the rows that the output has of this file are what this version makes of it.
   * @param bytes those of the file, as its name may not tell its format
   */
  isCurrent(file: string, bytes: Uint8Array): boolean {
    return this.reason(file, bytes) === undefined;
  }

  /** Remembers a file whose rows are of this version. */
  confirm(file: string): void {
    if (this.#formats.size > 0) this.#current.add(file);
  }

  /** Why the rows of a file are outdated: the name of its format, or `splitter`. */
  reason(file: string, bytes: Uint8Array): FormatName | 'splitter' | undefined {
    if (this.#formats.size > 0) {
      const format = formatFor(file, bytes) ?? 'text';
      if (this.#formats.has(format)) return format;
    }
    return this.#sameSplitter ? undefined : 'splitter';
  }

  /** True when the rows of a file stay as they are, and may be of another version. */
  has(file: string): boolean {
    if (!this.#sameSplitter) return true;
    if (this.#formats.size === 0 || this.#current.has(file)) return false;
    const format = formatFor(file);
    return format === undefined || this.#formats.has(format);
  }
}

function formatsReadOtherwise(made: Readonly<Record<string, number>>): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const { name, version } of FORMATS) if (madeBy(made, name) !== version) changed.add(name);
  // A file within another is read by its own reader.
  if (changed.size > 0) {
    for (const format of FORMATS as readonly Format[]) if (format.holdsFiles) changed.add(format.name);
  }
  return changed;
}

/** A format that the output doesn't know was read as another one, or not at all. */
function madeBy(made: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(made, name) ? made[name]! : 0;
}
