// Section titles: labels that go with every chunk of their section, so they are short.

/** The longest title, in UTF-16 code units. */
const LONGEST = 200;
const UNEVEN = /[^\S ]| {2}/;

/** One line of at most 200 characters; longer titles end in "…". */
export function cleanTitle(title: string): string {
  const trimmed = title.trim();
  if (trimmed.length <= LONGEST && !UNEVEN.test(trimmed)) return trimmed;
  // A title can be a file of one line: only its start is worth a look.
  const line = trimmed
    .slice(0, LONGEST * 4)
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= LONGEST) return line;
  const cut = line.slice(0, LONGEST - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
