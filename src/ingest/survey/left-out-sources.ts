// Which documents of the output belong to files that the walk leaves out now by a rule of the program. Such a rule may be
// new, so their rows go, although the files are still there.

/** Reasons that are rules of the program; others (hidden, ignored, excluded) are the user's, or about the file's state. */
const rules: ReadonlySet<string> = new Set(['binary', 'link', 'index', 'generated', 'vendored']);

/** Whether documents that are left out for this reason go with the next run, whatever its patterns. */
export function goesAtOnce(reason: string): boolean {
  return rules.has(reason) || reason === 'ignored';
}

export class LeftOutSources {
  readonly #sources = new Set<string>();
  /** Those that ignore files leave out. */
  readonly #ignored = new Set<string>();

  /** @param reason of the walk @param source of a file or folder */
  add(reason: string, source: string): void {
    if (rules.has(reason)) this.#sources.add(source);
    if (reason === 'ignored') this.#ignored.add(source);
  }

  /** Whether an ignore file leaves it out, by itself or with a folder. */
  isIgnored(source: string): boolean {
    return this.#ignored.size > 0 && isAmong(this.#ignored, source);
  }

  /** Those of `sources` that are left out, by themselves or with a folder. */
  among(sources: Iterable<string>): string[] {
    if (this.#sources.size === 0) return [];
    return [...sources].filter((source) => isAmong(this.#sources, source));
  }
}

/** Whether it is there, or a folder above it. */
function isAmong(sources: ReadonlySet<string>, source: string): boolean {
  if (sources.has(source)) return true;
  for (let at = source.lastIndexOf('/'); at > 0; at = source.lastIndexOf('/', at - 1)) {
    if (sources.has(source.slice(0, at))) return true;
  }
  return false;
}
