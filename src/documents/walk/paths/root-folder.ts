// The folder of a root and the rules for it.
import { existsSync } from 'node:fs';
import { debug, told } from '../../../debug.js';
import { type Folder, follow, type TreeSettings } from '../folder.js';
import { gitExcludes } from '../rules/git-excludes.js';
import { embedignoreName, gitignoreName, IgnoreRules, readIgnoreFile } from '../rules/ignore-files.js';
import { below, fsPath, type RawPath, rawSourceOf, textOf } from '../sources/source-name.js';

/**
 * A root as a folder, with the rules of the folders above it: each `.embedignore`, and each `.gitignore`
 * up to the top level of its repository.
 * @throws when it, or an ignore file above it, can't be read
 */
export function rootFolder(path: RawPath, settings: Omit<TreeSettings, 'rootLength'>): Folder {
  const { real } = follow(path);
  const text = `${textOf(real)}/`;
  const unheeded = settings.gitignore ? unheededAbove(real, settings.base)?.insideNamed(text) : undefined;
  return {
    path,
    real,
    prefix: path === settings.base ? '' : `${path === '' ? '' : rawSourceOf(path, settings.base)}/`,
    text,
    linked: false,
    rules: rulesAbove(real, settings.gitignore).insideNamed(text),
    ...(unheeded && { unheeded }),
    tree: { ...settings, rootLength: text.length },
  };
}

/** Each `.gitignore` of a folder that is in no repository, from the output's parent folder on; undefined where there is none. */
function unheededAbove(real: RawPath, base: RawPath): IgnoreRules | undefined {
  if (topOf(real) >= 0) return undefined;
  try {
    const from = follow(base).real;
    let rules = IgnoreRules.none;
    for (const path of ancestorsOf(real)) {
      if (below(path, from) === undefined) continue;
      rules = rules.withGit(readIgnoreFile(path, gitignoreName), `${textOf(path)}/`);
    }
    return rules === IgnoreRules.none ? undefined : rules;
  } catch (error) {
    // It decides nothing, so that it may be unreadable.
    debug.documents?.(`.gitignore files above ${textOf(real)}: ${told(error)}`);
    return undefined;
  }
}

/** How many folders above hold the repository that a folder is in; -1 for none. */
function topOf(real: RawPath): number {
  return [...ancestorsOf(real), real].findLastIndex((path) => existsSync(fsPath(`${path}/.git`)));
}

function rulesAbove(real: RawPath, gitignore: boolean): IgnoreRules {
  const ancestors = ancestorsOf(real);
  const top = gitignore ? topOf(real) : -1;
  let rules = IgnoreRules.none;
  ancestors.forEach((path, depth) => {
    const text = `${textOf(path)}/`;
    if (depth === top) rules = rules.inRepository(gitExcludes(path), text);
    if (top >= 0 && depth >= top) rules = rules.withGit(readIgnoreFile(path, gitignoreName), text);
    rules = rules.withEmbed(readIgnoreFile(path, embedignoreName), text);
  });
  return rules;
}

/** The folders above, outermost first. */
function ancestorsOf(path: RawPath): RawPath[] {
  const ancestors: RawPath[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) ancestors.push(path.slice(0, at));
  return ancestors;
}

/** Whether one of two real paths lies in the other. */
export function overlap(one: RawPath, other: RawPath): boolean {
  return below(one, other) !== undefined || below(other, one) !== undefined;
}
