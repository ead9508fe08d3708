// Lines `!drafts/plan.md` of ignore files that have no effect, as with git: a folder above the path is left out, so nothing in
// it is looked at. For who asks why a file isn't taken.
import ignore from 'ignore';
import type { SkipRule, VainRule } from '../../../types/skip-rule.js';
import { rawOf } from '../sources/source-name.js';
import { embedignoreName, type RuleFile, readIgnoreFile, readRules } from './ignore-files.js';

/**
 * @param path what is asked for, absolute; a folder's ends in a slash
 * @param folder the folder above it that is left out, absolute, ending in a slash
 * @param rule what leaves that folder out
 * @throws the system's error when an ignore file can't be read
 */
export function vainRule(path: string, folder: string, rule: SkipRule): VainRule | undefined {
  if (rule.file === undefined) return undefined;
  const top = folderOf(rule.file);
  const files = [path.startsWith(top) ? readRules(rule.file) : undefined, ...embedignores(top, folder)];
  for (const file of files.reverse()) {
    const vain = file && vainIn(file, path, folder, rule);
    if (vain !== undefined) return vain;
  }
  return undefined;
}

/** Those above a folder, from `top` on; of the folder that holds it, where `top` is elsewhere. */
function embedignores(top: string, folder: string): (RuleFile | undefined)[] {
  const files: (RuleFile | undefined)[] = [];
  for (let at = folderOf(folder); at !== '/' && files.length < maxFiles; at = folderOf(at)) {
    files.unshift(readIgnoreFile(rawOf(at.slice(0, -1)), embedignoreName));
    if (at === top || !folder.startsWith(top)) break;
  }
  return files;
}

const maxFiles = 100;

function vainIn(file: RuleFile, path: string, folder: string, rule: SkipRule): VainRule | undefined {
  const top = folderOf(file.path);
  const lines = file.lines.split(/\r?\n/);
  const takesBack = (line: string): boolean =>
    line.startsWith('!') && ignore({ ignoreCase: false }).add(line.slice(1)).ignores(path.slice(top.length));
  const at = lines.findLastIndex(takesBack);
  if (at < 0) return undefined;
  const name = folder.slice(top.length);
  const pattern = rule.pattern.trimEnd().replace(/\/$/, '');
  const isNamed = rule.file === file.path && `${pattern.replace(/^(?:\*\*)?\//, '')}/` === name;
  const write = [
    ...(isNamed ? [`${pattern}/*`] : takingIn(name)),
    ...foldersBelow(name, path.slice(folder.length)).flatMap(takingIn),
  ];
  return { file: file.path, line: at + 1, pattern: lines[at]!.trimEnd(), write };
}

/** Takes a folder back, but nothing in it. */
function takingIn(folder: string): string[] {
  const name = folder.replace(/[\\*?[\]!# ]/g, '\\$&');
  return [`!${name}`, `${name}*`];
}

/** `a/`, `b/c/plan.md` → `a/b/`, `a/b/c/` */
function foldersBelow(folder: string, rest: string): string[] {
  const names = rest.split('/').slice(0, -1);
  return names.map((_, depth) => `${folder}${names.slice(0, depth + 1).join('/')}/`);
}

/** The folder that holds a file or folder, ending in a slash. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/', path.length - 2) + 1);
}
