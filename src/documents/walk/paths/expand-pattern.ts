// A pattern of the command line → the paths that it matches. Only folders that can still lead to a match are listed.
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { withoutSlashes } from '../../../text/trim.js';
import { Matcher, type MatchState } from '../../globs/matcher.js';
import { tokensOf } from '../../globs/tokens.js';
import type { Entry } from '../list-folder.js';
import { type RawPath, rawFolder } from '../sources/source-name.js';

/** The fixed start of a pattern. */
export interface PatternOrigin {
  /** The folder before the first special character, absolute. */
  base: string;
  /** The rest of the pattern. */
  rest: string;
  /** Look into `node_modules`, too: the pattern spells it. */
  nodeModules: boolean;
}

export function patternOrigin(pattern: string, cwd: string): PatternOrigin {
  const plain = pattern.slice(0, pattern.search(/[\\*?{}()[\]!+@|]/));
  const cut = plain.lastIndexOf('/') + 1;
  return {
    base: resolve(cwd, plain.slice(0, cut)),
    rest: withoutSlashes(pattern.slice(cut)),
    nodeModules: pattern.includes('node_modules'),
  };
}

/**
 * The absolute paths that match, sorted. A folder that matches stands for all that it holds; links match, but
 * are not followed, as a loop would be searched for ever.
 * @throws {UsageError} for an extended glob
 */
export async function* matchesBelow({ base, rest, nodeModules }: PatternOrigin): AsyncGenerator<string> {
  const matcher = new Matcher([tokensOf(rest, 'The pattern')], false);
  // Brings fast-glob, which most commands do without. It lists folders; the pattern stays here.
  const { list } = await import('../list-folder.js');
  const open: Place[] = [];
  const enter = (path: string, state: MatchState): void => {
    if (!state.isDead) open.push(...placesIn(path, entriesOf(path, list), matcher, state, nodeModules));
  };
  enter(base, matcher.after(''));
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { path, state } = place;
    if (state.accepts) yield path;
    else {
      // A deep tree takes a while: give the event loop a turn.
      await setImmediate();
      enter(path, matcher.after('/', state));
    }
  }
}

/** Entries that match, and folders that may hold such entries. */
interface Place {
  path: string;
  state: MatchState;
}

/** The entries of a folder that are worth a look, the last one first. */
function placesIn(
  folder: string,
  entries: readonly Entry[],
  matcher: Matcher,
  inner: MatchState,
  nodeModules: boolean,
): Place[] {
  const places: Place[] = [];
  for (const entry of entries) {
    const isFolder = entry.type === 'folder';
    if (isFolder && entry.name === 'node_modules' && !nodeModules) continue;
    // A pattern is text, so invalid bytes become U+FFFD; such a path is then reported as missing.
    const name = Buffer.from(entry.name, 'latin1').toString();
    const state = matcher.after(name, inner);
    if (state.accepts || (isFolder && !state.isDead)) places.push({ path: join(folder, name), state });
  }
  return places.sort((one, other) => (one.path < other.path ? 1 : -1));
}

/** A folder that can't be listed holds nothing that matches. */
function entriesOf(folder: string, list: (path: RawPath) => Entry[]): Entry[] {
  try {
    return list(rawFolder(folder));
  } catch {
    return [];
  }
}
