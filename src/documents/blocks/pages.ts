// Text that was laid out in pages, as RFCs are: its running heads and feet go, and a paragraph goes on over the page.

/** "[Page 12]", "- 12 -", "Page 12 of 30" */
const pageNumber = /(?:\[page \d{1,5}\]|^\s*(?:[-–] ?)?(?:page )?\d{1,4}(?: of \d{1,4})?(?: ?[-–])?)\s*$/i;
const footer = /\[page [\divxl]{1,5}\]\s*$/i;
/** "RFC 9110          HTTP Semantics          June 2022" */
const threeParts = /^\S.* {3,}\S.* {3,}\S/;
/** Max length of a running line. */
const maxRunning = 132;
const sentenceEnd = /[.!?:;)"”]\s*$/;

export interface Pages {
  text: string;
  /** Line of the file for each line of the text; none when they are the same. */
  fileLine: number[];
}

export function withoutPages(text: string): Pages {
  if (!text.includes('\f') && !/\[page \d{1,5}\]/i.test(text)) return { text, fileLine: [] };
  const lines = text.split('\n');
  const gone = runningLines(lines);
  const kept: string[] = [];
  const fileLine: number[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (!gone.has(i)) {
      kept.push(lines[i]!.replaceAll('\f', ' ').trimEnd());
      fileLine.push(i + 1);
      continue;
    }
    // The margins of the page go with the running lines; a paragraph that goes on has no blank line within.
    let next = i + 1;
    while (next < lines.length && (gone.has(next) || isBlank(lines[next]!))) next++;
    while (kept.length > 0 && kept.at(-1)!.trim() === '') {
      kept.pop();
      fileLine.pop();
    }
    const goesOn =
      kept.length > 0 && !sentenceEnd.test(kept.at(-1)!) && /^\s*\p{Ll}/u.test(lines[next] ?? '');
    if (!goesOn) {
      kept.push('');
      fileLine.push(i + 1);
    }
    i = next - 1;
  }
  return { text: kept.join('\n'), fileLine };
}

/** The last line before each page break and the first after it, if they are the same on other pages, or look like it. */
function runningLines(lines: readonly string[]): Set<number> {
  const gone = new Set<number>();
  const places: { at: number; shape: string; isSure: boolean }[] = [];
  const add = (at: number, isSure: boolean): void => {
    const line = lines[at]?.replaceAll('\f', '') ?? '';
    if (line.length > maxRunning || line.trim() === '') return;
    places.push({ at, shape: line.trim().replace(/\d+/g, '0').replace(/\s+/g, ' '), isSure });
  };
  for (const [i, line] of lines.entries()) {
    const hasBreak = line.includes('\f');
    if (!hasBreak && !footer.test(line)) continue;
    if (hasBreak && !/^\f*\s*$|^\f/.test(line)) continue;
    if (hasBreak) {
      const before = nearest(lines, i, -1);
      if (before !== -1) add(before, pageNumber.test(lines[before]!.slice(0, maxRunning)));
      if (isBlank(line)) gone.add(i);
    } else {
      add(i, true);
    }
    const after = hasBreak && !isBlank(line) ? i : nearest(lines, i, 1);
    if (after !== -1) add(after, threeParts.test(lines[after]!.slice(0, maxRunning).replace(/^\f+/, '')));
  }
  const times = new Map<string, number>();
  const seen = new Set<number>();
  for (const { at, shape } of places) {
    if (!seen.has(at)) times.set(shape, (times.get(shape) ?? 0) + 1);
    seen.add(at);
  }
  for (const { at, shape, isSure } of places) if (isSure || times.get(shape)! > 1) gone.add(at);
  return gone;
}

/** The next line that isn't blank, some lines away at most. */
function nearest(lines: readonly string[], from: number, step: 1 | -1): number {
  for (let i = from + step, left = 6; i >= 0 && i < lines.length && left > 0; i += step, left--) {
    if (!isBlank(lines[i]!)) return i;
  }
  return -1;
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}
