// src/documents/walk/rules: decides which entries of a folder are taken.
//
// This file reads `.gitignore` and `.embedignore`, nested: a deeper file overrides those above it, and `.embedignore`
// overrides `.gitignore`. include-exclude.ts handles --include and --exclude, binary-extensions.ts endings of binary
// files, pattern-matches.ts paths that a pattern matched.
import { isUtf8 } from 'node:buffer';
import { statSync } from 'node:fs';
import ignore, { type Ignore } from 'ignore';
import { readForeign } from '../../../files/foreign-file.js';
import { isBinary } from '../../binary.js';
import { decode } from '../../encodings/detect-encoding.js';
import { fsPath, type RawPath, rawOf, textOf } from '../sources/source-name.js';

export const gitignoreName = '.gitignore';
export const embedignoreName = '.embedignore';

/** Max bytes of an ignore file: every rule is tested on every entry, so their number must be bounded. */
export const maxIgnoreFileBytes = 256 * 1024;

/** The verdict on an entry: `kept` when a rule takes it back (`!name`), `free` when no rule matches. */
type Verdict = 'ignored' | 'kept' | 'free';

/** The library remembers every tested path: it is made again after this many. */
const remembered = 4096;

/** A file of rules, as it was read. */
export interface RuleFile {
  path: string;
  lines: string;
}

/** What git has for a repository beside its `.gitignore` files, which are stronger. */
export interface GitExcludes {
  /** The weakest first. */
  files: RuleFile[];
  /** `core.ignoreCase`: git sets it where the disk doesn't tell `A` from `a`, as on macOS and Windows. */
  ignoreCase: boolean;
}

/** One ignore file. */
class IgnoreFile {
  #matcher: Ignore;
  #asked = 0;
  readonly #file: RuleFile;
  /** Length of the folder's path: the patterns see the rest of an entry's path. */
  readonly #offset: number;
  readonly #ignoreCase: boolean;

  constructor(file: RuleFile, offset: number, ignoreCase: boolean, rules: string | Ignore = file.lines) {
    this.#file = file;
    this.#offset = offset;
    this.#ignoreCase = ignoreCase;
    this.#matcher = this.#made(rules);
  }

  #made(rules: string | Ignore): Ignore {
    return ignore({ ignoreCase: this.#ignoreCase }).add(rules);
  }

  judge(path: string): Verdict {
    if (++this.#asked % remembered === 0) this.#matcher = this.#made(this.#matcher);
    const result = this.#matcher.test(path.slice(this.#offset));
    return result.ignored ? 'ignored' : result.unignored ? 'kept' : 'free';
  }

  /** This file without its verdict on a folder, which the library would apply to everything below. */
  pardon(folder: string): IgnoreFile {
    const pattern = folder.slice(this.#offset).replace(/[\\*?[\]!# ]/g, '\\$&');
    const pardoned = new IgnoreFile(this.#file, this.#offset, this.#ignoreCase, this.#matcher);
    pardoned.#matcher.add({ pattern: `!/${pattern}` });
    return pardoned;
  }

  /** The rule that ignores an entry; as with git, the last one that matches. */
  ruleFor(path: string): IgnoreRule | undefined {
    const pattern = this.#matcher.test(path.slice(this.#offset)).rule?.pattern;
    if (pattern === undefined) return undefined;
    const lines = this.#file.lines.split(/\r?\n/);
    const same = (line: string): boolean => line === pattern || line.trimEnd() === pattern.trimEnd();
    return { file: this.#file.path, line: lines.findLastIndex(same) + 1, pattern };
  }
}

/** The rule of an ignore file that leaves an entry out; `line` is 0 when it isn't known. */
export interface IgnoreRule {
  file: string;
  line: number;
  pattern: string;
}

/** The rules that hold for the entries of one folder. Paths are absolute text; a folder's ends in a slash. */
export class IgnoreRules {
  static readonly none = new IgnoreRules([], []);

  readonly #git: readonly IgnoreFile[];
  readonly #embed: readonly IgnoreFile[];
  /** Whether the rules of git here don't tell capital from small letters. */
  readonly #ignoreCase: boolean;

  private constructor(git: readonly IgnoreFile[], embed: readonly IgnoreFile[], ignoreCase = false) {
    this.#git = git;
    this.#embed = embed;
    this.#ignoreCase = ignoreCase;
  }

  /** The verdict on an entry; `kept` only when `.embedignore` takes it back. */
  judge(path: string): Verdict {
    const own = judge(this.#embed, path);
    if (own !== 'free') return own;
    return judge(this.#git, path) === 'ignored' ? 'ignored' : 'free';
  }

  /** The rule by which `judge` says `ignored`. */
  ruleFor(path: string): IgnoreRule | undefined {
    const files = this.#embed.some((file) => file.judge(path) === 'ignored') ? this.#embed : this.#git;
    return files.findLast((file) => file.judge(path) !== 'free')?.ruleFor(path);
  }

  /** False when no entry can be taken back, as there is no `.embedignore`. */
  get takesBack(): boolean {
    return this.#embed.length > 0;
  }

  /**
   * The rules inside a folder that the walk enters. A file that ignores the folder, but is overridden by another one, still
   * judges each entry.
   */
  inside(folder: string): IgnoreRules {
    const against = (file: IgnoreFile): boolean => file.judge(folder) === 'ignored';
    if (!this.#git.some(against) && !this.#embed.some(against)) return this;
    const pardon = (file: IgnoreFile): IgnoreFile => (against(file) ? file.pardon(folder) : file);
    return new IgnoreRules(this.#git.map(pardon), this.#embed.map(pardon), this.#ignoreCase);
  }

  /** The rules for a folder that the user named: without the files that ignore it or everything in it. */
  insideNamed(folder: string): IgnoreRules {
    const anything = `${folder}0f1d-any-name-at-all`;
    const wanted = (file: IgnoreFile): boolean => file.judge(anything) !== 'ignored';
    return new IgnoreRules(this.#git.filter(wanted), this.#embed.filter(wanted), this.#ignoreCase);
  }

  /** These rules and those of the ignore files in `folder`. */
  withGit(file: RuleFile | undefined, folder: string): IgnoreRules {
    if (!file?.lines) return this;
    const added = new IgnoreFile(file, folder.length, this.#ignoreCase);
    return new IgnoreRules([...this.#git, added], this.#embed, this.#ignoreCase);
  }

  withEmbed(file: RuleFile | undefined, folder: string): IgnoreRules {
    if (!file?.lines) return this;
    const added = new IgnoreFile(file, folder.length, false);
    return new IgnoreRules(this.#git, [...this.#embed, added], this.#ignoreCase);
  }

  /** The rules at the top of a repository: those of one around it don't hold here. */
  inRepository({ files, ignoreCase }: GitExcludes, folder: string): IgnoreRules {
    const none = new IgnoreRules([], this.#embed, ignoreCase);
    return files.reduce((rules, file) => rules.withGit(file, folder), none);
  }
}

function judge(files: readonly IgnoreFile[], path: string): Verdict {
  for (let index = files.length - 1; index >= 0; index--) {
    const verdict = files[index]!.judge(path);
    if (verdict !== 'free') return verdict;
  }
  return 'free';
}

/**
 * The ignore file `name` in a folder; undefined when there is none.
 * @throws when it exists but can't be read, or is a pipe, a device, no text or larger than 256 KB: then the rules are unknown
 */
export function readIgnoreFile(folder: RawPath, name: string): RuleFile | undefined {
  return readRules(fsPath(`${folder}/${name}`));
}

/** A file of rules. @throws as `readIgnoreFile` */
export function readRules(path: Buffer | string): RuleFile | undefined {
  try {
    return { path: textOf(rawOf(path)), lines: rulesIn(readForeign(path, maxIgnoreFileBytes)) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    if (code === 'ESPECIAL' && isFolder(path)) return undefined;
    throw error;
  }
}

/** PowerShell writes UTF-16, which as UTF-8 is no rule at all. @throws for what is no text */
function rulesIn(bytes: Buffer): string {
  if (isBinary(bytes)) throw new Error('An ignore file is not text.');
  const isPlain = isUtf8(bytes) && !bytes.includes(0);
  return isPlain ? bytes.toString('utf8').replace(/^\ufeff/, '') : decode(bytes);
}

function isFolder(path: Buffer | string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
