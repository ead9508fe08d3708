// `--include` and `--exclude`: patterns against a path relative to its root, or against the name alone
// when the pattern has no slash.
import { UsageError } from '../../../errors.js';
import { Matcher } from '../../globs/matcher.js';
import { type Token, tokensOf } from '../../globs/tokens.js';
import { PatternUses, type UnusedPattern } from './pattern-uses.js';

/** The user's choice of files. Paths are relative to the root, without a slash at the end. */
export interface Globs {
  takesFile(path: string, name: string): boolean;
  entersFolder(path: string, name: string): boolean;
  /** The flag with the pattern that leaves a path out; undefined when none does. */
  ruleFor?(path: string, name: string, isFolder: boolean): string | undefined;
  /** What each pattern matched; absent without patterns. */
  uses?: Uses;
}

/** Is told of the names that a walk comes to. */
export interface Uses extends Pick<PatternUses, 'see' | 'leave'> {
  readonly unused: readonly UnusedPattern[];
}

/** Takes all files. */
export const everyFile: Globs = { takesFile: () => true, entersFolder: () => true };

type Test = (path: string, name: string) => boolean;

/** Max characters of all patterns of a flag, which bounds the time for a name. */
const maxCharacters = 65_536;

/** @throws {UsageError} for a pattern that is empty, begins with `!`, is an extended glob, or is too long */
export function compileGlobs(include: readonly string[], exclude: readonly string[]): Globs {
  refuseNegated(exclude, '--exclude', takeBack);
  refuseNegated(include, '--include', 'leave files out with --exclude');
  const uses = new PatternUses();
  const watch =
    (setting: UnusedPattern['setting']): Watch =>
    (pattern, makeTest) =>
      uses.watch(setting, pattern, makeTest);
  const included =
    include.length > 0 ? anyOf(include, wholeFolder, '--include', watch('include')) : undefined;
  const excluded =
    exclude.length > 0 ? anyOf(exclude, withoutSlash, '--exclude', watch('exclude')) : undefined;
  return {
    uses,
    takesFile: (path, name) => (included?.(path, name) ?? true) && !(excluded?.(path, name) ?? false),
    entersFolder: (path, name) => !(excluded?.(path, name) ?? false),
    ruleFor(path, name, isFolder) {
      if (!(excluded?.(path, name) ?? false)) {
        return isFolder || (included?.(path, name) ?? true) ? undefined : 'no --include matches';
      }
      const rule = exclude.find((one) => anyOf([one], withoutSlash, '--exclude')(path, name));
      return `--exclude ${rule === undefined ? exclude.join(',') : rule}`;
    },
  };
}

/** As ignore files say it. */
const takeBack =
  "name what is wanted with --include, or write the lines 'drafts/*' and '!drafts/plan.md' into .embedignore";

/** Who writes `drafts/**` and `!drafts/plan.md` means to take one back, as in ignore files; here each pattern stands alone. */
function refuseNegated(all: readonly string[], flag: string, instead: string): void {
  for (const pattern of all.flatMap(alternatives)) {
    // `!(a|b)` is told as an extended glob, and a name may begin so: `\!important.md`.
    if (!pattern.startsWith('!') || pattern.startsWith('!(')) continue;
    throw new UsageError(
      `${flag} ${JSON.stringify(pattern)} begins with "!", which takes nothing back here: ${instead}.`,
    );
  }
}

/** Takes what both take. */
export function bothOf(one: Globs, other: Globs): Globs {
  const uses = [one.uses, other.uses].filter((each) => each !== undefined);
  return {
    takesFile: (path, name) => one.takesFile(path, name) && other.takesFile(path, name),
    entersFolder: (path, name) => one.entersFolder(path, name) && other.entersFolder(path, name),
    ruleFor: (...entry) => one.ruleFor?.(...entry) ?? other.ruleFor?.(...entry),
    uses: {
      see(...seen) {
        for (const each of uses) each.see(...seen);
      },
      leave(path) {
        for (const each of uses) each.leave(path);
      },
      get unused() {
        return uses.flatMap((each) => each.unused);
      },
    },
  };
}

/**
 * Matches paths that fit one of the patterns; one without a slash is held against the name alone.
 * @param flag that takes the patterns, for messages
 * @throws {UsageError} as {@link compileGlobs}
 */
export function matcherOf(patterns: readonly string[], flag: string): Test {
  return anyOf(patterns, wholeFolder, flag);
}

/** Is told of each pattern, with what makes its test. */
type Watch = (pattern: string, makeTest: () => Test) => void;

function anyOf(
  all: readonly string[],
  meant: (pattern: string) => readonly string[],
  flag: string,
  watch?: Watch,
): Test {
  if (all.reduce((sum, pattern) => sum + pattern.length, 0) > maxCharacters) {
    throw new UsageError(
      `${flag} takes patterns of ${maxCharacters} characters in all: name folders instead of files.`,
    );
  }
  const patterns = new PatternSet(flag);
  for (const text of all) {
    // A name with a comma may be meant as it is.
    patterns.addTexts(meant(text));
    for (const one of alternatives(text)) {
      patterns.addAll(meant(one));
      watch?.(one, () => new PatternSet(flag).addTexts(meant(text)).addAll(meant(one)).compile());
    }
  }
  return patterns.compile();
}

/** Patterns for names, and for paths where they hold a slash. */
class PatternSet {
  readonly #flag: string;
  readonly #names = new Group();
  readonly #paths = new Group();

  constructor(flag: string) {
    this.#flag = flag;
  }

  /** @throws {UsageError} for a pattern that is empty or an extended glob */
  add(given: string): this {
    if (given.trim() === '') throw new UsageError(`${this.#flag} needs a pattern, such as '**/*.md'.`);
    const negated = /^(?:!(?!\())+/.exec(given)?.[0].length ?? 0;
    const pattern = given.slice(negated).replace(/^\.\//, '');
    this.#groupOf(pattern).add(pattern.replace(/^\//, ''), negated % 2 === 1, this.#flag);
    return this;
  }

  /** @throws {UsageError} as `add` */
  addAll(patterns: readonly string[]): this {
    for (const pattern of patterns) this.add(pattern);
    return this;
  }

  addTexts(texts: readonly string[]): this {
    for (const text of texts) this.#groupOf(text).addText(text);
    return this;
  }

  compile(): Test {
    const matchesName = this.#names.compile();
    const matchesPath = this.#paths.compile();
    return (path, name) => matchesName(name) || matchesPath(path);
  }

  #groupOf(pattern: string): Group {
    return pattern.includes('/') ? this.#paths : this.#names;
  }
}

/** `a/**,*.tmp` is two patterns: commas outside of braces and brackets join them. */
export function alternatives(patterns: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < patterns.length; at++) {
    const char = patterns[at];
    if (char === '\\') at++;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth = Math.max(0, depth - 1);
    else if (char === ',' && depth === 0) {
      parts.push(patterns.slice(from, at));
      from = at + 1;
    }
  }
  // A bracket or brace that isn't closed stands for itself.
  if (depth > 0) return patterns.split(',');
  return [...parts, patterns.slice(from)].map((part) => part.trim());
}

/** Patterns that are tested on the same text: names, or paths. */
class Group {
  readonly #texts = new Set<string>();
  readonly #plain: Token[][] = [];
  /** `!pattern` matches what the pattern doesn't. */
  readonly #negated: Token[][] = [];

  add(pattern: string, isNegated: boolean, flag: string): void {
    const tokens = tokensOf(pattern, flag);
    if (isNegated) this.#negated.push(tokens);
    else {
      this.#plain.push(tokens);
      // A file whose name equals the pattern is meant, too.
      this.#texts.add(pattern);
    }
  }

  /** A name that is meant as it is. */
  addText(text: string): void {
    this.#texts.add(text);
  }

  compile(): (path: string) => boolean {
    const plain = this.#plain.length > 0 ? new Matcher(this.#plain, true) : undefined;
    const negated = this.#negated.map((tokens) => new Matcher([tokens], true));
    return (path) =>
      plain?.matches(path) || this.#texts.has(path) || negated.some((matcher) => !matcher.matches(path));
  }
}

/** `drafts` and `drafts/` as an include mean everything in a folder of that name, too. */
function wholeFolder(pattern: string): readonly string[] {
  if (pattern.endsWith('/')) return [`${pattern}**`];
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  if (name === '' || name.includes('*') || pattern.startsWith('!')) return [pattern];
  return [pattern, pattern.includes('/') ? `${pattern}/**` : `**/${pattern}/**`];
}

/** `drafts/` as an exclude means the folder with everything in it. */
function withoutSlash(pattern: string): readonly string[] {
  return [pattern.length > 1 ? pattern.replace(/\/$/, '') : pattern];
}
