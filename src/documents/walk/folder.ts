// A folder on the walk: its path, the rules for it, and which of its entries are taken.
import { existsSync, realpathSync, type Stats, statSync } from 'node:fs';
import type { SkipRule } from '../../types/skip-rule.js';
import { isBinaryName } from './rules/binary-extensions.js';
import { isGeneratedName } from './rules/generated-names.js';
import { gitExcludes } from './rules/git-excludes.js';
import {
  embedignoreName,
  gitignoreName,
  type IgnoreRule,
  type IgnoreRules,
  readIgnoreFile,
} from './rules/ignore-files.js';
import type { Globs } from './rules/include-exclude.js';
import { isOutput } from './rules/output-mark.js';
import { isVendored, isVendoredName } from './rules/vendored-folders.js';
import { escapeInvalid, fsPath, type RawPath, textOf } from './sources/source-name.js';

/**
 * Why an entry was left out, without being a failure:
 * - `output`: the output of this run; `index`: another folder that this program wrote
 * - `generated`: a program made the file from others; `vendored`: a folder of copies
 * - `link`: it leads out of its root, or to something that is left out there
 */
export type SkipReason =
  | 'hidden'
  | 'node_modules'
  | 'ignored'
  | 'excluded'
  | 'binary'
  | 'too-large'
  | 'output'
  | 'index'
  | 'generated'
  | 'vendored'
  | 'duplicate'
  | 'link'
  | 'broken-link'
  | 'special';

/** Is told what is left out. @param rule finds the rule, where one is to blame */
export type OnSkip<Key> = (reason: SkipReason, key: Key, rule?: () => SkipRule | undefined) => void;

/** Is told of a file that is taken, although a `.gitignore` outside of any repository names it. */
export type OnUnheeded<Key> = (key: Key, rule: IgnoreRule) => void;

export interface Folder {
  /** The path by which the walk reaches it; '' is the file system's root. */
  readonly path: RawPath;
  /** Its real path, with links resolved. */
  readonly real: RawPath;
  /** The start of the sources below it (raw): '' or ending in a slash. */
  readonly prefix: RawPath;
  /** Its path as patterns see it, ending in a slash. */
  readonly text: string;
  /** True when the walk came through a link. */
  readonly linked: boolean;
  readonly rules: IgnoreRules;
  /** Of `.gitignore` files above, which don't hold, as it is in no repository; absent where there are none. */
  readonly unheeded?: IgnoreRules | undefined;
  readonly tree: TreeSettings;
}

/** Settings for a whole tree. */
export interface TreeSettings {
  readonly globs: Globs;
  readonly gitignore: boolean;
  /** Walk `node_modules`, too: the user named one. */
  readonly nodeModules: boolean;
  /** Take hidden entries: a glob pattern named them. */
  readonly hidden: boolean;
  /** Length of the root's `text`: `--include` and `--exclude` see the path after it. */
  readonly rootLength: number;
  /** Real path of the output. */
  readonly output: RawPath;
  /** The output's parent folder: sources inside it are relative to it. */
  readonly base: RawPath;
  /** Take links, wherever they lead. */
  readonly follow: boolean;
  /** Take generated files and vendored folders. */
  readonly generated: boolean;
}

/** Why `name` in `folder` isn't taken, or undefined when it is. */
export function refusal(folder: Folder, name: RawPath, isFolder: boolean): SkipReason | undefined {
  const { tree } = folder;
  const text = textOf(name);
  const path = folder.text + text;
  const relative = path.slice(tree.rootLength);
  tree.globs.uses?.see(relative, text, isFolder);
  const reason = refusalOf(folder, { name, isFolder, text, path, relative });
  if (reason !== undefined && isFolder) tree.globs.uses?.leave(relative);
  return reason;
}

function refusalOf(
  folder: Folder,
  entry: { name: RawPath; isFolder: boolean; text: string; path: string; relative: string },
): SkipReason | undefined {
  const { tree } = folder;
  const { name, isFolder, text, path, relative } = entry;
  if (name.startsWith('.') && !tree.hidden) return 'hidden';
  if (isFolder && name === 'node_modules' && !tree.nodeModules) return 'node_modules';
  if (isFolder ? !tree.globs.entersFolder(relative, text) : !tree.globs.takesFile(relative, text)) {
    return 'excluded';
  }
  const verdict = folder.rules.judge(isFolder ? `${path}/` : path);
  if (verdict === 'ignored') return 'ignored';
  if (verdict === 'kept') return undefined;
  if (isFolder) return isVendoredName(name) && !tree.generated ? 'vendored' : undefined;
  if (isBinaryName(name)) return 'binary';
  return isGeneratedName(name) && !tree.generated ? 'generated' : undefined;
}

/** The rule by which `refusal` says that `name` is ignored or excluded; undefined for another reason. */
export function ruleOf(folder: Folder, name: RawPath, isFolder: boolean): SkipRule | undefined {
  const { tree, rules } = folder;
  const text = textOf(name);
  const path = folder.text + text;
  const pattern = tree.globs.ruleFor?.(path.slice(tree.rootLength), text, isFolder);
  return pattern === undefined ? rules.ruleFor(isFolder ? `${path}/` : path) : { pattern };
}

/** The rule of a `.gitignore` that would leave a file out in a repository. */
export function unheededRule({ unheeded, text }: Folder, name: RawPath): IgnoreRule | undefined {
  const path = text + textOf(name);
  return unheeded?.judge(path) === 'ignored' ? unheeded.ruleFor(path) : undefined;
}

/** Whether `.embedignore` takes a file back (`!name`) that would be left out by its name or content. */
export function isTakenBack(folder: Folder, name: RawPath): boolean {
  return folder.rules.takesBack && folder.rules.judge(folder.text + textOf(name)) === 'kept';
}

/** Why a folder that was reached isn't entered, by what it holds. @param has tells whether it holds an entry of this name */
export function refusalByContent(folder: Folder, has: (name: string) => boolean): SkipReason | undefined {
  if (isOutput(folder.path, has)) return 'index';
  if (folder.tree.generated || !isVendored(folder.path, has)) return undefined;
  return folder.rules.judge(folder.text) === 'kept' ? undefined : 'vendored';
}

/** The folder `name` in `folder`; its own ignore files are not read yet. */
export function subfolder(folder: Folder, name: RawPath, linkTarget?: RawPath): Folder {
  const path = `${folder.path}/${name}`;
  const text = `${folder.text}${textOf(name)}/`;
  return {
    path,
    real: linkTarget ?? `${folder.real}/${name}`,
    prefix: path === folder.tree.base ? '' : `${folder.prefix}${escapeInvalid(name)}/`,
    text,
    linked: folder.linked || linkTarget !== undefined,
    rules: folder.rules.inside(text),
    ...(folder.unheeded && { unheeded: folder.unheeded }),
    tree: folder.tree,
  };
}

/**
 * The folder with the rules of its own ignore files.
 * @param has tells whether the folder holds an entry of this name
 * @throws when an ignore file can't be read
 */
export function withOwnRules(folder: Folder, has: (name: string) => boolean): Folder {
  let { rules } = folder;
  const { tree, path, text } = folder;
  if (tree.gitignore && has('.git')) rules = rules.inRepository(gitExcludes(path), text);
  if (tree.gitignore && has(gitignoreName)) rules = rules.withGit(readIgnoreFile(path, gitignoreName), text);
  if (has(embedignoreName)) rules = rules.withEmbed(readIgnoreFile(path, embedignoreName), text);
  if (tree.gitignore && folder.unheeded && has('.git')) return { ...folder, rules, unheeded: undefined };
  return rules === folder.rules ? folder : { ...folder, rules };
}

/** For folders that aren't listed: asks the file system. */
export function holds(folder: Folder): (name: string) => boolean {
  return (name) => existsSync(fsPath(`${folder.path}/${name}`));
}

/** Where a path leads when all links are followed, and what is there. @throws when it leads nowhere */
export function follow(path: RawPath): { real: RawPath; stats: Stats } {
  const real = realpathSync.native(fsPath(path), { encoding: 'buffer' });
  return { real: real.length === 1 ? '' : real.toString('latin1'), stats: statSync(real) };
}

/** True when an error says that nothing exists there (any more), rather than that it can't be read. */
export function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}
