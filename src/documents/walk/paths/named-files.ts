// Files that the command line names, one by one or through a pattern.
import type { FailureCode } from '../../../types/failure.js';
import { follow, isAbsent, type SkipReason } from '../folder.js';
import { isBinaryName } from '../rules/binary-extensions.js';
import type { PatternMatches } from '../rules/pattern-matches.js';
import type { RawPath } from '../sources/source-name.js';
import type { NamedFile, UniqueNames } from '../sources/unique-names.js';
import type { Start } from '../walk-options.js';
import type { Item } from '../walk-tree.js';

/** A file root, looked up. */
export interface FoundFile extends Start {
  /** Its real path; absent when it can't be reached. */
  real: RawPath | undefined;
  code?: FailureCode;
}

export function find(start: Start): FoundFile {
  try {
    return { ...start, real: follow(start.path).real };
  } catch (error) {
    return { ...start, real: undefined, code: codeOf(error) };
  }
}

export function isReachable(file: FoundFile): file is FoundFile & NamedFile {
  return file.real !== undefined;
}

/** The files, sorted by their keys; each root ends at once. */
export function* namedFiles(
  files: readonly FoundFile[],
  names: UniqueNames,
  matched: PatternMatches,
  onSkip: (reason: SkipReason, key: RawPath) => void,
): Generator<Item, void, undefined> {
  for (const file of files) {
    const { path, key, progress: root } = file;
    const { reason, code } = judge(file, names, matched);
    if (reason !== undefined) onSkip(reason, key);
    else if (code === undefined) yield { kind: 'file', key, path, root };
    else {
      root.complete = false;
      yield { kind: 'failure', key, path, code, root };
    }
    yield { kind: 'listed', root };
  }
}

function judge(
  file: FoundFile,
  names: UniqueNames,
  matched: PatternMatches,
): { reason?: SkipReason; code?: FailureCode } {
  if (!isReachable(file)) return { code: file.code ?? 'unreadable' };
  if (isBinaryName(file.path.slice(file.path.lastIndexOf('/') + 1))) return { reason: 'binary' };
  try {
    if (!matched.includes(file, false)) return { reason: 'ignored' };
  } catch (error) {
    return { code: codeOf(error) };
  }
  return names.isElsewhere(file.path, file.real, false) ? { reason: 'duplicate' } : {};
}

function codeOf(error: unknown): FailureCode {
  return isAbsent(error) ? 'vanished' : 'unreadable';
}
