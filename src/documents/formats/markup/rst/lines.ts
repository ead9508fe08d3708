// The lines of a file, or of the part of it that is indented below something.

export interface Line {
  /** Without its indent. */
  text: string;
  indent: number;
  /** 1-based line of the file. */
  number: number;
}

/** Max blanks of an indent: deeper lines are data. */
const maxIndent = 1000;

export function linesOf(text: string): Line[] {
  return text.split('\n').map((raw, i) => {
    // Form feeds are for printers.
    const line = raw.replace(/[\f\v]/g, ' ').trimEnd();
    const words = line.trimStart();
    let indent = 0;
    for (let at = 0; at < line.length - words.length; at++)
      indent += line[at] === '\t' ? 8 - (indent % 8) : 1;
    return { text: words, indent: Math.min(indent, maxIndent), number: i + 1 };
  });
}

/** Index after the lines from `at` on that are blank or have more indent than `indent`, without blank ones at the end. */
export function indentedEnd(lines: readonly Line[], at: number, indent: number): number {
  let end = at;
  for (let i = at; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.text === '') continue;
    if (line.indent <= indent) break;
    end = i + 1;
  }
  return end;
}

/** The least indent of lines that aren't blank. */
export function leastIndent(lines: readonly Line[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { text, indent } of lines) if (text !== '' && indent < least) least = indent;
  return least === Number.POSITIVE_INFINITY ? 0 : least;
}

/** Lines with the indent that they have beyond the least of them, as code has them. */
export function written(lines: readonly Line[]): string {
  const least = leastIndent(lines);
  return lines.map(({ text, indent }) => (text === '' ? '' : ' '.repeat(indent - least) + text)).join('\n');
}
