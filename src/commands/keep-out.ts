// Commands by which later runs leave out what was forgotten: one for each name, where a run would take it again.
import { basename, dirname, join } from 'node:path';
import type { Settings } from '../config/settings.js';
import { embedignoreName, maxIgnoreFileBytes } from '../documents/walk/rules/ignore-files.js';
import { absoluteName, isUnderRoot } from '../documents/walk/sources/source-name.js';
import { readForeign } from '../files/foreign-file.js';
import { command } from '../text/plural.js';
import { type Forgotten, folderNamed, type NamedFiles } from './forgotten.js';
import { wouldTake } from './why.js';

export interface KeepOutOptions {
  settings: Settings;
  cwd: string;
  /** The folder that sources start from, absolute. */
  base: string;
  /** Paths that runs named, as sources. */
  roots: readonly string[];
  signal: AbortSignal | undefined;
}

/** Files that are looked at for a name, and for all: where rules leave these out, they are taken to leave out the rest. */
const maxJudged = 100;
const maxJudgedInAll = 1000;

/** Shell commands, to be run before the next run. */
export async function keepOut(names: Forgotten['names'], options: KeepOutOptions): Promise<string[]> {
  const { base, roots, settings, cwd, signal } = options;
  // What is named itself is always taken, whatever an ignore file says.
  const asked = [...names].map(([name, { kind, files }]) => ({
    name,
    kind,
    files: files.filter((file) => !roots.includes(file)),
  }));
  const judged = asked.flatMap(({ files }) => files.slice(0, maxJudged)).slice(0, maxJudgedInAll);
  const paths = judged.map((file) => absoluteName(file, base));
  const takes = await wouldTake({ paths, settings, cwd, ...(signal && { signal }) });
  const verdicts = new Map(judged.map((file, place) => [file, takes[place]!]));
  const commands = asked.flatMap(({ name, kind, files }) => {
    const isLeftOut = files.slice(0, maxJudged).every((file) => verdicts.get(file) === false);
    const coming = files.filter((file) => verdicts.get(file) !== false);
    return isLeftOut ? [] : commandsFor({ name, kind, files: coming }, options);
  });
  return [...new Set(commands)];
}

function commandsFor({ name, kind, files }: NamedFiles, { base, roots }: KeepOutOptions): string[] {
  const each = () => files.map((file) => ignoring(absoluteName(file, base)));
  if (kind === 'document') return each();
  if (kind === 'folder') {
    const folder = folderNamed(name);
    // A root is named itself; what holds one is above its ignore files.
    const isInside = roots.some((root) => root !== folder && isUnderRoot(folder, root, base));
    return isInside && !roots.includes(folder) ? [ignoring(absoluteName(folder, base), '/')] : [];
  }
  const lines = roots
    .filter((root) => files.some((file) => isUnderRoot(file, root, base)))
    .map((root) => ignoringPattern(name, root, base));
  return lines.includes(undefined) ? each() : lines.filter((line) => line !== undefined);
}

/** The pattern for the ignore file of a root; undefined where an ignore file can't say it. */
function ignoringPattern(pattern: string, root: string, base: string): string | undefined {
  // Ignore files know no choices, and take these at the start and the end for something else.
  if (/[{}]|,|^[#!]|\s$/.test(pattern)) return undefined;
  const file = join(absoluteName(root, base), embedignoreName);
  if (!pattern.includes('/')) return appending(pattern, file);
  const parts = absoluteName(pattern, base).split('/');
  for (const _ of absoluteName(root, base).split('/')) {
    if (parts[0] === '**') break;
    if (parts.length === 1) return undefined;
    parts.shift();
  }
  return appending(`/${parts.join('/')}`, file);
}

/** A shell command that has a file ignored from its own folder on. @param end `/` for a folder */
function ignoring(path: string, end = ''): string {
  const line = `/${basename(path).replace(/[\\*?[\]!# ]/g, '\\$&')}${end}`;
  return appending(line, join(dirname(path), embedignoreName));
}

function appending(line: string, file: string): string {
  if (!endsItsLastLine(file)) return command`printf '\\n%s\\n' ${line} >> ${file}`;
  // Some shells' `echo` takes a backslash for the start of an escape.
  if (line.includes('\\')) return command`printf '%s\\n' ${line} >> ${file}`;
  return command`echo ${line} >> ${file}`;
}

/** Whether what is appended to an ignore file starts a line; so it does where there is none, or none that can be read. */
function endsItsLastLine(path: string): boolean {
  try {
    const last = readForeign(path, maxIgnoreFileBytes).at(-1);
    return last === undefined || last === newline;
  } catch {
    return true;
  }
}

const newline = 10;
