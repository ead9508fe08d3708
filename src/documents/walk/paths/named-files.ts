// Files that the command line names, one by one or through a pattern.
import type { FailureCode } from '../../../types/failure.js';
import { follow, isAbsent, type OnSkip, type SkipReason } from '../folder.js';
import type { PatternMatches } from '../rules/pattern-matches.js';
import type { RawPath } from '../sources/source-name.js';
import type { NamedFile, UniqueNames } from '../sources/unique-names.js';
import type { Start } from '../walk-options.js';
import type { Choice, Item } from '../walk-tree.js';

/** A file root, looked up. */
export interface FoundFile extends Start {
  /** Its real path; absent when it can't be reached. */
  real: RawPath | undefined;
  /** Its path was typed; else a pattern matched it. */
  isTyped: boolean;
  code?: FailureCode;
}

export function find(start: Start): FoundFile {
  const isTyped = start.root.glob === undefined;
  try {
    return { ...start, isTyped, real: follow(start.path).real };
  } catch (error) {
    return { ...start, isTyped, real: undefined, code: codeOf(error) };
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
  onSkip: OnSkip<RawPath>,
): Generator<Item, void, undefined> {
  for (const file of files) {
    const { path, key, progress: root } = file;
    const { reason, code, choice } = judge(file, names, matched);
    if (reason !== undefined) onSkip(reason, key);
    else if (code === undefined) yield { kind: 'file', key, path, root, ...(choice && { choice }) };
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
): { reason?: SkipReason; code?: FailureCode; choice?: Choice | undefined } {
  if (!isReachable(file)) return { code: file.code ?? 'unreadable' };
  try {
    const reason = matched.refusal(file, file.real, false);
    if (reason !== undefined) return { reason };
    if (names.isElsewhere(file.path, file.real, false)) return { reason: 'duplicate' };
    return { choice: matched.choice(file) };
  } catch (error) {
    return { code: codeOf(error) };
  }
}

function codeOf(error: unknown): FailureCode {
  return isAbsent(error) ? 'vanished' : 'unreadable';
}
