// Section titles: labels that go with every chunk of their section, so they are short.

/** The longest title, in UTF-16 code units. */
const maxTitleLength = 200;
const unevenSpace = /[^\S ]| {2}/;

const call = /^([^(]{0,200}[\w\]>$])\(/;

/** The title of an entry of a list: its first line, and of the signature of a function the name. */
export function termTitle(term: string): string {
  const line = cleanTitle(term.slice(0, term.indexOf('\n') >>> 0)).replace(/\s*[:¶]$/, '');
  return call.exec(line)?.[1] ?? line;
}

/** One line of at most 200 characters; longer titles end in "…". */
export function cleanTitle(title: string): string {
  const trimmed = title.trim();
  if (trimmed.length <= maxTitleLength && !unevenSpace.test(trimmed)) return trimmed;
  // A title can be a file of one line: only its start is worth a look.
  const line = trimmed
    .slice(0, maxTitleLength * 4)
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= maxTitleLength) return line;
  const cut = line.slice(0, maxTitleLength - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
