// Which documents of the output belong to files that the walk leaves out now by a rule of the program. Such a rule may be
// new, so their rows go, although the files are still there.

/** Reasons that are rules of the program; others (hidden, ignored, excluded) are the user's, or about the file's state. */
const rules: ReadonlySet<string> = new Set(['binary', 'link', 'index', 'generated', 'vendored']);

export class LeftOutSources {
  readonly #sources = new Set<string>();

  /** @param reason of the walk @param source of a file or folder */
  add(reason: string, source: string): void {
    if (rules.has(reason)) this.#sources.add(source);
  }

  /** Those of `sources` that are left out, by themselves or with a folder. */
  among(sources: Iterable<string>): string[] {
    if (this.#sources.size === 0) return [];
    return [...sources].filter((source) => this.#has(source));
  }

  #has(source: string): boolean {
    if (this.#sources.has(source)) return true;
    for (let at = source.lastIndexOf('/'); at > 0; at = source.lastIndexOf('/', at - 1)) {
      if (this.#sources.has(source.slice(0, at))) return true;
    }
    return false;
  }
}
