// The rules that git has beside `.gitignore` files: `.git/info/exclude`, and the file of `core.excludesFile` or the default
// one. Git's configuration is read here, as running git in a stranger's repository could run programs of that repository.
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { variable } from '../../../environment.js';
import { readForeign } from '../../../files/foreign-file.js';
import { expandHome, homeFolder } from '../../../files/home.js';
import { Matcher } from '../../globs/matcher.js';
import { tokensOf } from '../../globs/tokens.js';
import { fsPath, type RawPath, textOf } from '../sources/source-name.js';
import { type GitExcludes, readRules } from './ignore-files.js';

/** Max bytes of a configuration file, max files that include each other, and max files in all. */
const maxConfigBytes = 1024 * 1024;
const maxDepth = 10;
const maxFiles = 50;

/**
 * The rules for a repository.
 * @param top the folder that holds `.git`
 * @throws when a file of rules exists but can't be read
 */
export function gitExcludes(top: RawPath): GitExcludes {
  const folder = textOf(top);
  const gitFolder = gitFolderOf(top);
  const shared = resolve(gitFolder, trimmed(join(gitFolder, 'commondir')) ?? '.');
  const config = new Config(gitFolder, shared);
  const file = config.excludesFile ?? join(configHome(), 'git/ignore');
  const found = [resolve(folder, file), join(shared, 'info/exclude')].map((path) => readRules(path));
  return { files: found.filter((one) => one !== undefined), ignoreCase: config.ignoreCase };
}

/** `.git` is a folder, or in worktrees and submodules a file that names it. */
function gitFolderOf(top: RawPath): string {
  const path = `${top}/.git`;
  const stats = statSync(fsPath(path), { throwIfNoEntry: false });
  const target = stats?.isFile() ? /^gitdir: ?(.+)/.exec(trimmed(textOf(path)) ?? '')?.[1] : undefined;
  return target === undefined ? textOf(path) : resolve(textOf(top), target);
}

function configHome(): string {
  return variable('XDG_CONFIG_HOME') ?? join(homeFolder(), '.config');
}

/** A small file without its line end; undefined when it can't be read. */
function trimmed(path: string): string | undefined {
  try {
    return readForeign(path, maxConfigBytes).toString('utf8').trim();
  } catch {
    return undefined;
  }
}

/** The values of git's configuration that tell which rules hold: the last file that sets one counts. */
class Config {
  /** `core.excludesFile` */
  excludesFile: string | undefined;
  /** `core.ignoreCase` */
  ignoreCase = false;
  readonly #gitFolder: string;
  #files = 0;

  /** @param shared the `.git` of all worktrees */
  constructor(gitFolder: string, shared: string) {
    this.#gitFolder = gitFolder;
    if (!variable('GIT_CONFIG_NOSYSTEM')) this.#read(variable('GIT_CONFIG_SYSTEM') ?? '/etc/gitconfig', 0);
    const own = variable('GIT_CONFIG_GLOBAL');
    const globals =
      own === undefined ? [join(configHome(), 'git/config'), join(homeFolder(), '.gitconfig')] : [own];
    for (const path of globals) this.#read(path, 0);
    this.#read(join(shared, 'config'), 0);
    this.#read(join(gitFolder, 'config.worktree'), 0);
  }

  #read(path: string, depth: number): void {
    if (depth > maxDepth || ++this.#files > maxFiles) return;
    const text = trimmed(path);
    let section = '';
    for (const line of text?.replace(/\\\r?\n/g, '').split('\n') ?? []) {
      const head = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\](.*)/.exec(line);
      if (head) section = `${head[1]!.toLowerCase()} ${(head[2] ?? '').replace(/\\(.)/g, '$1')}`.trim();
      // A key without `=` is true.
      const [, key, value] = /^\s*([a-z][\w-]*)\s*(?:=(.*)|(?=[#;]|$))/i.exec(head ? head[3]! : line) ?? [];
      if (key !== undefined) this.#take(section, key.toLowerCase(), unquoted(value ?? 'true'), path, depth);
    }
  }

  #take(section: string, key: string, value: string, path: string, depth: number): void {
    if (section === 'core' && key === 'excludesfile') this.excludesFile = expandHome(value);
    if (section === 'core' && key === 'ignorecase')
      this.ignoreCase = /^(?:true|yes|on|[+-]?0*[1-9]\d*)$/i.test(value);
    const isIncluded =
      section === 'include' || (section.startsWith('includeif ') && this.#holds(section.slice(10), path));
    if (key === 'path' && isIncluded) this.#read(resolve(dirname(path), expandHome(value)), depth + 1);
  }

  /** A condition: `gitdir:` and `gitdir/i:` are known. */
  #holds(condition: string, path: string): boolean {
    const [, flag, given] = /^gitdir(\/i)?:(.+)/.exec(condition) ?? [];
    if (given === undefined) return false;
    let pattern = expandHome(given).replace(/^\.\//, `${dirname(path)}/`);
    if (!pattern.startsWith('/')) pattern = `**/${pattern}`;
    if (pattern.endsWith('/')) pattern += '**';
    const fold = (text: string): string => (flag ? text.toLowerCase() : text);
    try {
      return new Matcher([tokensOf(fold(pattern), 'includeIf')], true).matches(fold(this.#gitFolder));
    } catch {
      return false;
    }
  }
}

/** A value without quotes, escapes and a comment behind it. */
function unquoted(written: string): string {
  let value = '';
  let kept = 0;
  let isQuoted = false;
  for (let at = 0; at < written.length; at++) {
    const char = written[at]!;
    if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (char === '#' || char === ';')) break;
    else value += char === '\\' ? (written[++at] ?? '') : char;
    if (isQuoted || !/\s/.test(char)) kept = value.length;
  }
  return value.slice(0, kept).trimStart();
}
