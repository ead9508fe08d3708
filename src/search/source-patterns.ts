// Patterns of `--source`, held against the names of an index: each is a path from where one stands, or the whole or a part
// of a name.
import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { isPattern } from '../documents/globs/tokens.js';
import { patternOrigin } from '../documents/walk/paths/expand-pattern.js';
import { labelOf } from '../documents/walk/paths/roots.js';
import { alternatives, matcherOf } from '../documents/walk/rules/include-exclude.js';
import { absoluteName } from '../documents/walk/sources/source-name.js';
import { withoutSlashes } from '../text/trim.js';

/** What patterns are held against. */
export interface NamedSources {
  /** The folder that relative sources start from, absolute; without it, patterns are no paths. */
  base?: string | undefined;
  /** All names of the index, where they are known. */
  all?: (() => Iterable<string>) | undefined;
  /** Patterns with a slash fit whole names alone. @default false */
  whole?: boolean | undefined;
}

type Test = (source: string) => boolean;

const flag = '--source';

/**
 * What takes the sources that fit one of the patterns. A pattern that begins with `/`, `./` or `../` is a path from `from`; so is
 * one that names something there, unless it fits no name of the index. Any other fits a name as a whole, or from
 * the border of a folder on: `notes/*.md` takes `notes/a.md` and `/srv/notes/a.md`.
 * @param from the folder that paths start from, absolute; without it, no pattern is a path
 * @throws {UsageError} for a pattern that can't be one
 */
export function sourceTest(
  patterns: readonly string[],
  from?: string,
  { base, all, whole = false }: NamedSources = {},
): Test {
  // What is wrong with a pattern is told as it was typed.
  matcherOf(patterns, flag);
  const names: string[] = [];
  const paths: string[] = [];
  for (const one of patterns.flatMap((typed) => partsOf(typed, from))) {
    const path = from === undefined || base === undefined ? undefined : pathOf(one, from, base);
    if (path === undefined || (!path.isSure && !fitsAny(path.patterns, base!, all)))
      names.push(...namesMeant(one, whole));
    if (path !== undefined) paths.push(...path.patterns);
  }
  const fitsName = testOf(names);
  const fitsPath = testOf(paths, base);
  return (source) => fitsName(source) || fitsPath(source);
}

/** Without a list of names, as of a destination, both readings are taken. */
function fitsAny(patterns: readonly string[], base: string, all: NamedSources['all']): boolean {
  if (all === undefined) return false;
  const test = testOf(patterns, base);
  for (const source of all()) if (test(source)) return true;
  return false;
}

/** @param base patterns are held against the paths of sources that start there; without it, against their names */
function testOf(patterns: readonly string[], base?: string): Test {
  if (patterns.length === 0) return () => false;
  const matches = matcherOf(patterns, flag);
  const placed = (name: string) => (base === undefined ? name : absoluteName(name, base));
  return (source) => namesOf(source).some((name) => matches(placed(name).replace(/^\//, ''), lastOf(name)));
}

/** A record is matched by its file, too: `posts.jsonl#12` by `*.jsonl`. */
function namesOf(source: string): string[] {
  const start = source.indexOf('#');
  return start < 0 ? [source] : [source, source.slice(0, start)];
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Commas join patterns, but a name may hold them, too. */
function partsOf(typed: string, from: string | undefined): string[] {
  const parts = alternatives(typed);
  if (parts.length === 1 || (from !== undefined && existsSync(resolve(from, typed)))) return [typed];
  return isPattern(typed) || typed.startsWith('!') ? parts : [...parts, typed];
}

interface PathPattern {
  /** Absolute; the same place by its different names. */
  patterns: string[];
  /** It can be nothing but a path. */
  isSure: boolean;
}

function pathOf(typed: string, from: string, base: string): PathPattern | undefined {
  const [not, path] = withoutNot(typed);
  const isSure = /^(?:\.{0,2}\/|\.{1,2}$)/.test(path);
  const { place, rest } = placeOf(path, from);
  if (place === undefined || (!isSure && !existsSync(place))) return undefined;
  const places = new Set([absoluteName(labelOf(place, base), base), place, realOf(place)]);
  const end = rest ?? '{,/**}';
  // Each `!pattern` stands alone, so that two of them would take everything.
  const used = not === '' ? [...places] : [...places].slice(0, 1);
  return {
    patterns: used.map((one) => not + (one === '/' ? `/${rest?.slice(1) ?? '**'}` : escaped(one) + end)),
    isSure,
  };
}

/** The fixed start of a path, absolute, and what follows it, which begins with a slash or a `#`; undefined for all below it. */
function placeOf(path: string, from: string): { place?: string; rest?: string } {
  const absolute = resolve(from, path);
  if (existsSync(absolute)) return { place: absolute };
  if (!isPattern(path)) {
    const start = path.indexOf('#');
    const file = start < 0 ? absolute : resolve(from, path.slice(0, start));
    return existsSync(file) && start >= 0
      ? { place: file, rest: escaped(path.slice(start)) }
      : { place: absolute };
  }
  const origin = patternOrigin(path, from);
  // `*.md` and `**/notes/*` are of no folder here.
  if (!/^[^\\*?{}()[\]!+@|]*\//.test(path)) return {};
  return { place: origin.base, rest: `/${origin.rest}${path.endsWith('/') ? '/**' : ''}` };
}

/** The patterns for a name as a whole, and for its part from any folder on. */
function namesMeant(typed: string, whole: boolean): string[] {
  const [not, given] = withoutNot(typed);
  const path = given === '.' ? './' : given;
  const isWhole = /^\.?\//.test(path) || (whole && withoutSlashes(path).includes('/'));
  const isGlob = isPattern(path);
  if (isGlob && !path.includes('/')) return [typed];
  const below = path.replace(/^(?:\.?\/)+/, '');
  const folder = withoutSlashes(below);
  const end = path.endsWith('/') ? '/**' : isGlob ? '' : '{,/**}';
  const meant = folder === '' ? '**' : (isGlob ? folder : escaped(folder)) + end;
  // A slash before it: otherwise a pattern without one is held against the last part of a name.
  if (isWhole || meant.startsWith('**')) return [`${not}/${meant}`];
  // A name may hold characters of patterns.
  return not === '' && isGlob ? [`**/${meant}`, typed] : [`${not}**/${meant}`];
}

function withoutNot(pattern: string): [not: string, rest: string] {
  const count = /^!*/.exec(pattern)![0].length;
  return [count % 2 === 1 ? '!' : '', pattern.slice(count)];
}

function realOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** A text in which no character has a meaning for patterns. */
function escaped(text: string): string {
  return text.replace(/[\\*?[\]{}(),!|]/g, '\\$&');
}
