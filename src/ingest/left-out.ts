// What a run left out, counted by reason and by the ending of the names.

/** Files that were left out for one reason; also folders and links. */
export interface LeftOutFiles {
  /**
   * - `binary`: its ending is one of pictures, sound, archives and the like
   * - `no-reader`: no format reads it, and it isn't text
   * - `too-large`: larger than `maxFileSize`
   * - `link`: it leads out of its root, or to something that is left out there; `follow` takes it
   * - `broken-link`: it leads nowhere
   * - `special`: a pipe, a socket or a device
   * - `index`: a folder that holds another output
   * - `generated`: a program made it from others: minified code, a lock file, a search index …; `generated` takes it
   * - `vendored`: a folder of copies, such as a virtual environment of Python; `generated` takes it
   * - `node_modules`: such a folder
   */
  reason: string;
  /** The last ending of the names, in lower case and with its dot; empty for names without one, and for folders. */
  extension: string;
  /** How many. */
  files: number;
}

/** Reasons that are counted. What is hidden or ignored is left out as the user expects, and isn't told. */
const counted: ReadonlySet<string> = new Set([
  'binary',
  'no-reader',
  'too-large',
  'link',
  'broken-link',
  'special',
  'index',
  'generated',
  'vendored',
  'node_modules',
]);
/** Reasons that are about folders, or where the ending tells nothing. */
const withoutExtension: ReadonlySet<string> = new Set(['link', 'index', 'vendored', 'node_modules']);

/** Max different endings: a hostile folder has no end of them. */
const maxExtensions = 500;
const plainExtension = /[^/]\.([a-z0-9_+-]{1,16})$/;

/** Counts what is left out. */
export class LeftOut {
  readonly #counts = new Map<string, LeftOutFiles>();
  /** All that was counted. */
  total = 0;

  /** Counts a file, folder or link. @returns false for a reason that is not counted */
  add(reason: string, source: string): boolean {
    if (!counted.has(reason)) return false;
    this.total++;
    const extension = withoutExtension.has(reason) ? '' : extensionOf(source);
    const key = `${reason}/${extension}`;
    const known = this.#counts.get(key);
    if (known) known.files++;
    else if (extension !== '' && this.#counts.size >= maxExtensions) this.#addPlain(reason);
    else this.#counts.set(key, { reason, extension, files: 1 });
    return true;
  }

  /** The most frequent first. */
  list(): LeftOutFiles[] {
    return [...this.#counts.values()].sort(
      (a, b) => b.files - a.files || (a.reason + a.extension < b.reason + b.extension ? -1 : 1),
    );
  }

  #addPlain(reason: string): void {
    const known = this.#counts.get(`${reason}/`);
    if (known) known.files++;
    else this.#counts.set(`${reason}/`, { reason, extension: '', files: 1 });
  }
}

function extensionOf(source: string): string {
  const extension = plainExtension.exec(source.slice(-32).toLowerCase())?.[1];
  return extension === undefined ? '' : `.${extension}`;
}

/** In words: one of them, several. */
const words: Record<string, [one: string, several: string]> = {
  link: ['link', 'links'],
  'broken-link': ['broken link', 'broken links'],
  special: ['special file', 'special files'],
  'too-large': ['too large', 'too large'],
  index: ['folder of another index', 'folders of other indexes'],
  vendored: ['vendored folder', 'vendored folders'],
  node_modules: ['node_modules', 'node_modules'],
};
/** Reasons of which each ending is told. */
const byExtension: ReadonlySet<string> = new Set(['binary', 'no-reader']);
/** Max parts of the sentence. */
const maxParts = 8;

/** What was left out, in words, such as `42 .png, 9 .odt (no reader), 2 links`. */
export function leftOutInWords(leftOut: readonly LeftOutFiles[]): string {
  const parts = new Map<string, number>();
  for (const { reason, extension, files } of leftOut) {
    const kind = byExtension.has(reason) ? `${extension || 'without ending'}${notes[reason] ?? ''}` : reason;
    parts.set(kind, (parts.get(kind) ?? 0) + files);
  }
  const sorted = [...parts].sort(([, a], [, b]) => b - a);
  const shown = sorted
    .slice(0, maxParts)
    .map(([kind, files]) => `${files.toLocaleString('en')} ${words[kind]?.[files === 1 ? 0 : 1] ?? kind}`);
  const rest = sorted.slice(maxParts).reduce((sum, [, files]) => sum + files, 0);
  return [...shown, ...(rest > 0 ? [`${rest.toLocaleString('en')} more`] : [])].join(', ');
}

const notes: Record<string, string> = { 'no-reader': ' (no reader)' };
