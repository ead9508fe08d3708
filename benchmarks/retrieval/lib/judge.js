// Does a chunk hold a passage? Compared by words: case, white space and markup don't count.

/** What HTML, Markdown and reStructuredText put around words, where a loader left it in. */
const markup = [
  // [text][reference], [text](address) → text
  [/\](?:\[[^\][]*\]|\([^()\s]*\))/g, ' '],
  // <code>text</code>, `the guide <guide-label>` → text, `the guide`
  [/<\/?[a-z][^<>]*>/gi, ' '],
];

export function words(text) {
  const bare = markup.reduce((text, [pattern, put]) => text.replace(pattern, put), text);
  return bare.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * How often the words of a passage stand in a text in their order. Other words may stand between them, such as the
 * address of a link, but no more than the passage has.
 */
export function occurrences(textWords, passageWords) {
  let count = 0;
  for (let start = 0; start < textWords.length; start++) {
    const end = endOf(textWords, passageWords, start);
    if (end === undefined) continue;
    count++;
    start = end - 1;
  }
  return count;
}

/** Also true where a loader glued the passage's words together, such as the cells of a table. */
export function holds(textWords, passageWords) {
  return (
    textWords.some((_, start) => endOf(textWords, passageWords, start) !== undefined) ||
    textWords.join('').includes(passageWords.join(''))
  );
}

function endOf(textWords, passageWords, start) {
  if (textWords[start] !== passageWords[0]) return;
  const latest = Math.min(textWords.length, start + 2 * passageWords.length);
  let found = 0;
  for (let at = start; at < latest; at++) {
    if (textWords[at] === passageWords[found]) found++;
    if (found === passageWords.length) return at + 1;
  }
}
