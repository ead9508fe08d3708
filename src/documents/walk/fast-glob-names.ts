// Aliases of names for fast-glob. It reads a backslash as a slash or an escape, and loses names with line breaks. So
// bytes with a meaning for it are written `%XX`; each other byte stays one character.
import type { RawPath } from './sources/source-name.js';

/** Written as `%XX`: control characters, special characters of patterns, and `%` itself. */
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
