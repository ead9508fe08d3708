// A text of reStructuredText as people read it: roles and links by their words, substitutions by what they stand for, no
// signs of emphasis.

const roleName = '[\\w:+.-]{1,60}';
const inline = new RegExp(
  [
    /\\([\s\S])/,
    /``([\s\S]{1,3000}?)``/,
    new RegExp(`(?::(${roleName}):)?\`([^\`]{1,3000})\`(?::(${roleName}):|__?(?!\\w))?`),
    /\*\*(\S[^*]{0,2000}?)\*\*/,
    /(?<![\w*])\*(\S(?:[^*]{0,2000}?\S)?)\*(?![\w*])/,
    /\|([^\s|][^|\n]{0,200}?)\|(?:__?(?!\w))?/,
    /(?<!\w)\[([#*]?[\w.-]{0,60})\]_(?!\w)/,
    /(?<![\w./:-])([A-Za-z][\w.-]{0,60}?)__?(?![\w_])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);
const signs = /[\\`*|_]/;
/** `Title <target>` */
const titled = /^([\s\S]*?)\s*<([^<>]*)>$/;
/** Roles whose words are numbers of documents. */
const numbered: Readonly<Record<string, string>> = { pep: 'PEP ', rfc: 'RFC ', cve: 'CVE ', cwe: 'CWE ' };

/** What is known of a file: substitutions by their names, and names that links lead to. */
export interface Names {
  substitutions: ReadonlyMap<string, string>;
  targets: ReadonlySet<string>;
}

export const noNames: Names = { substitutions: new Map(), targets: new Set() };

export function shown(text: string, names: Names): string {
  if (!signs.test(text)) return text;
  return text.replace(
    inline,
    (
      written: string,
      escaped?: string,
      literal?: string,
      role?: string,
      interpreted?: string,
      roleAfter?: string,
      strong?: string,
      emphasis?: string,
      substitution?: string,
      note?: string,
      link?: string,
    ) => {
      if (escaped !== undefined) return /\s/.test(escaped) ? '' : escaped;
      if (literal !== undefined) return literal;
      if (interpreted !== undefined) return interpretedText(interpreted, role ?? roleAfter);
      if (strong !== undefined || emphasis !== undefined) return (strong ?? emphasis)!;
      if (substitution !== undefined) return names.substitutions.get(substitution.toLowerCase()) ?? written;
      if (note !== undefined) return `[${note}]`;
      return names.targets.has(link!.toLowerCase()) ? link! : written;
    },
  );
}

/** Without the target of a link, and the signs in front of a name: `~a.b.C` is shown as `C`. */
function interpretedText(text: string, role: string | undefined): string {
  // A backslash begins a name of LaTeX there.
  if (role === 'math') return text;
  const plain = text.replace(/\\(.)/gs, (_, escaped: string) => (/\s/.test(escaped) ? '' : escaped));
  const [, title = '', target = ''] = titled.exec(plain) ?? [undefined, plain];
  if (role === undefined) return title === '' ? target : title;
  const words = title === '' ? target : title;
  if (target === '' && words.startsWith('~'))
    return words.slice(words.lastIndexOf('.') + 1).replace(/^~/, '');
  const kind = role.slice(role.lastIndexOf(':') + 1).toLowerCase();
  return (target === '' ? (numbered[kind] ?? '') : '') + words.replace(/^[!~]/, '');
}
