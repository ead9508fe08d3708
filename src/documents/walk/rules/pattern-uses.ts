// Which patterns of `--include` and `--exclude` matched nothing: most often they are mistyped.

/** A pattern that no file or folder of the walk matched. */
export interface UnusedPattern {
  /** The setting that it is of. */
  setting: 'include' | 'exclude';
  /** As it was given; of several in one text, this one. */
  pattern: string;
}

interface Watched extends UnusedPattern {
  matches(path: string, name: string): boolean;
}

/** Max patterns that are watched: one that never matches is tried on every name. */
const maxWatched = 100;

export class PatternUses {
  #unused: Watched[] = [];
  #hasSeen = false;

  /** @param makeTest called when the first name is seen */
  watch(setting: UnusedPattern['setting'], pattern: string, makeTest: () => Watched['matches']): void {
    if (this.#unused.length >= maxWatched) return;
    let test: Watched['matches'] | undefined;
    const matches: Watched['matches'] = (path, name) => {
      test ??= makeTest();
      return test(path, name);
    };
    this.#unused.push({ setting, pattern, matches });
  }

  /** A name that the walk came to, whether it is taken or not. `include` is for files alone. */
  see(path: string, name: string, isFolder: boolean): void {
    this.#hasSeen = true;
    if (this.#unused.length === 0) return;
    this.#unused = this.#unused.filter(
      ({ setting, matches }) => (isFolder && setting === 'include') || !matches(path, name),
    );
  }

  /** A folder that the walk doesn't enter: what is in it isn't known. */
  leave(path: string): void {
    this.#unused = this.#unused.filter(
      ({ pattern }) => !pattern.replace(/^\.?\//, '').startsWith(`${path}/`),
    );
  }

  /** Empty when no folder was listed, as patterns don't hold for files that are named. */
  get unused(): UnusedPattern[] {
    return this.#hasSeen ? this.#unused.map(({ setting, pattern }) => ({ setting, pattern })) : [];
  }
}
