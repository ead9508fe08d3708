// What is defined in a file of reStructuredText for use elsewhere in it: substitutions, and targets of links.
import type { Names } from './inline.js';

const substitution =
  /^[ \t]*\.\.[ \t]+\|([^|\n]{1,200})\|[ \t]+([\w-]{1,40})::[ \t]*(.*)((?:\n[ \t]+:[\w-]+:.*)*)/gm;
const target = /^[ \t]*\.\.[ \t]+_(?:`([^`\n]{1,200})`|([^:\n]{1,200})):/gm;
/** Longer values would let a short file grow. */
const maxValueLength = 500;
const maxNames = 10_000;

export function namesOf(text: string): Names {
  const substitutions = new Map<string, string>();
  const targets = new Set<string>();
  if (!text.includes('..')) return { substitutions, targets };
  for (const [, name, directive, argument, options] of text.matchAll(substitution)) {
    if (substitutions.size === maxNames) break;
    const value = meaningOf(directive!, argument!.trim(), options!);
    if (value !== undefined) substitutions.set(name!.toLowerCase(), value.slice(0, maxValueLength));
  }
  for (const [, quoted, plain] of text.matchAll(target)) {
    if (targets.size === maxNames) break;
    targets.add((quoted ?? plain)!.trim().toLowerCase());
  }
  return { substitutions, targets };
}

function meaningOf(directive: string, argument: string, options: string): string | undefined {
  switch (directive.toLowerCase()) {
    case 'replace':
      return argument;
    case 'unicode':
      return argument.replace(/(?:^|\s)(?:0x|x|\\x|U\+|u|\\u)([\da-f]{1,6})(?=\s|$)/gi, (_, hex: string) => {
        const code = Number.parseInt(hex, 16);
        return code > 0x10_ffff ? '' : String.fromCodePoint(code);
      });
    case 'image':
      return /:alt:[ \t]*(.*)/.exec(options)?.[1]?.trim() ?? '';
    default:
      return undefined;
  }
}
