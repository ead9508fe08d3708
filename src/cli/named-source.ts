// Documents of an output as they are typed: by their source, or by a path from where one stands.
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isPattern } from '../documents/globs/tokens.js';
import { withinBase } from '../documents/walk/paths/within-base.js';
import { sourceOf } from '../documents/walk/sources/source-name.js';
import { UsageError } from '../errors.js';
import { quoted } from '../text/plural.js';
import { printable } from '../text/printable.js';
import { hasIndex } from './near-index.js';
import type { PlacesAsked } from './search-flags.js';

/**
 * The source that a typed path names. What exists from here is a path, and so is what begins with `./`,
 * `../` or `/`; anything else stays as it is.
 * @param typed a line (`:12`) may follow, or the name of a record (`#id`) @param out the output's folder
 */
export function sourceInOutput(typed: string, out: string): string {
  const place = typed.search(/#|:\d+$/);
  const start = place < 0 ? typed : typed.slice(0, place);
  const path =
    [typed, typed.replace(/:\d+$/, ''), start].find((one) => existsSync(one)) ??
    (isPath.test(typed) ? start : undefined);
  if (path === undefined) return typed;
  return sourceOfPath(path, dirname(resolve(out))) + typed.slice(path.length);
}

/** What is typed for `--in` likewise; a path is only what begins like one, as names from there may be anywhere here. */
export function sourceInAsked(typed: string, out: string | undefined): string {
  return out !== undefined && isPath.test(typed) ? sourceInOutput(typed, out) : typed;
}

/** A pattern of sources likewise: one that begins with `./` or `../`, or with the output's parent folder, starts there. */
function sourcesInOutput(glob: string, out: string): string {
  const base = dirname(resolve(out));
  const [, not = '', pattern = ''] = /^(!?)(.*)$/s.exec(glob) ?? [];
  if (!fromHere.test(pattern) && !pattern.startsWith(`${base}/`)) return glob;
  return not + sourceOf(resolve(pattern), base) + (pattern.endsWith('/') ? '/' : '');
}

/**
 * Where documents of a destination lie is known by the index of this folder, or of one above.
 * @throws {UsageError} for a pattern that begins where the user stands, where a destination is asked and no index is there
 */
export async function refuseUnplaced(
  globs: readonly string[] | undefined,
  { in: named, settings }: PlacesAsked,
): Promise<void> {
  const unplaced = globs?.find((glob) => fromHere.test(glob.replace(/^!/, '')));
  if (unplaced === undefined || named === undefined || hasIndex(resolve(settings.out))) return;
  const { namedCorpora } = await import('../search/corpora.js');
  if (namedCorpora({ settings, in: named }).every(({ isFolder }) => isFolder)) return;
  throw new UsageError(
    `--source ${printable(quoted(unplaced))}: where the documents of --in lie isn't known here: name them as results do, such as docs/drafts or 'docs/**'.`,
  );
}

/**
 * The output from whose parent folder sources begin in all that is asked. For a destination that is the output of the settings: the
 * index of this folder, or of one above. Undefined where there is none, or several have other ones.
 */
export async function outputOfAsked({ in: named, settings }: PlacesAsked): Promise<string | undefined> {
  if (named === undefined) return settings.out;
  const { namedCorpora } = await import('../search/corpora.js');
  const own = hasIndex(resolve(settings.out)) ? settings.out : undefined;
  const outs = namedCorpora({ settings, in: named }).map(({ address, isFolder }) =>
    isFolder ? address : own,
  );
  const [first] = outs;
  const parent = (out: string | undefined) => out && dirname(resolve(out));
  return outs.every((out) => parent(out) === parent(first)) ? first : undefined;
}

/** A document, folder or pattern likewise: a pattern is what isn't there as it is typed. */
export function namedInOutput(typed: string, out: string): string {
  const isGlob = typed.startsWith('!') || isPattern(typed);
  return isGlob && !existsSync(typed) ? sourcesInOutput(typed, out) : sourceInOutput(typed, out);
}

/** What can't be a source that begins in the output's parent folder. */
const isPath = /^\.{0,2}\//;
/** What begins where the user stands. */
const fromHere = /^\.{1,2}(?:\/|$)/;

function sourceOfPath(path: string, base: string): string {
  const absolute = resolve(path);
  // The folder above: a document may be a link itself.
  const folder = dirname(absolute);
  const within = existsSync(folder) ? join(withinBase(folder, base), basename(absolute)) : absolute;
  return sourceOf(within, base);
}
