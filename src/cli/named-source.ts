// Documents of an output as they are typed: by their source, or by a path from where one stands.
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isPattern } from '../documents/globs/tokens.js';
import { withinBase } from '../documents/walk/paths/within-base.js';
import { sourceOf } from '../documents/walk/sources/source-name.js';

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

/** A pattern of sources likewise: one that begins with `./` or `../`, or with the output's parent folder, starts there. */
export function sourcesInOutput(glob: string, out: string): string {
  const base = dirname(resolve(out));
  const [, not = '', pattern = ''] = /^(!?)(.*)$/s.exec(glob) ?? [];
  const isFromHere = /^\.{1,2}\//.test(pattern) || pattern.startsWith(`${base}/`);
  if (!isFromHere) return glob;
  return not + sourceOf(resolve(pattern), base) + (pattern.endsWith('/') ? '/' : '');
}

/** A document, folder or pattern likewise: a pattern is what isn't there as it is typed. */
export function namedInOutput(typed: string, out: string): string {
  const isGlob = typed.startsWith('!') || isPattern(typed);
  return isGlob && !existsSync(typed) ? sourcesInOutput(typed, out) : sourceInOutput(typed, out);
}

/** What can't be a source that begins in the output's parent folder. */
const isPath = /^\.{0,2}\//;

function sourceOfPath(path: string, base: string): string {
  const absolute = resolve(path);
  // The folder above: a document may be a link itself.
  const folder = dirname(absolute);
  const within = existsSync(folder) ? join(withinBase(folder, base), basename(absolute)) : absolute;
  return sourceOf(within, base);
}
