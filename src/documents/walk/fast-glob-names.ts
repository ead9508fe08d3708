// Names as fast-glob sees them. It reads a backslash as a slash or an escape and loses names with line breaks, so
// what could mean something to it is written `%XX`; the other bytes stay one character each.
import type { RawPath } from './sources/source-name.js';

/** What is written `%XX`: control characters, what patterns are made of, and `%` itself. */
const special = /[^ -~\x80-\xff]|[!%()*+?@[\\\]{|}]/;
const specials = new RegExp(special, 'g');

/** A raw name as one that fast-glob can't misread. Two of them never have the same alias. */
export function aliasOf(raw: RawPath): string {
  if (!special.test(raw)) return raw;
  return raw.replace(specials, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** The raw name that has this alias. */
export function rawOfAlias(alias: string): RawPath {
  if (!alias.includes('%')) return alias;
  return alias.replace(/%(..)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
