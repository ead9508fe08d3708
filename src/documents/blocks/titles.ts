// Section titles: labels that go with every chunk of their section, so they are short.

/** The longest title, in UTF-16 code units. */
const maxTitleLength = 200;
const unevenSpace = /[^\S ]| {2}/;

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
