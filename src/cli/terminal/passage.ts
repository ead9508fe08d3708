// The text of a result in a few lines: prose fills the width, code, lists and tables keep their lines.
import { cut, wrapped } from '../../text/columns.js';
import { type Printable, printable, say } from '../../text/printable.js';

/** Lines of a result. */
const maxProseLines = 3;
const maxLaidOutLines = 6;
/** More of a text isn't looked at. */
const maxLength = 20_000;

/** @param heading titles above it: the last one isn't said again @param width columns of a line */
export function passageLines(text: string, heading: readonly string[], width: number): Printable[] {
  const lines = withoutTitle(linesOf(text), heading.at(-1));
  if (isLaidOut(lines)) return laidOut(lines, width);
  const flat = printable(lines.join(' ').replace(/\s+/g, ' ').trim(), maxLength);
  if (flat === '') return [];
  const prose = wrapped(flat, width);
  const shown = prose.slice(0, maxProseLines);
  return shown.map((line, index) =>
    index === maxProseLines - 1 && prose.length > maxProseLines ? ended(line, width) : line,
  );
}

function linesOf(text: string): string[] {
  const lines = text
    .slice(0, maxLength)
    .replaceAll('\t', '  ')
    .split(/\r\n?|\n/);
  return lines.slice(lines.findIndex((line) => line.trim() !== ''));
}

/** The lines without a first one that is the title, and what underlines it. */
function withoutTitle(lines: readonly string[], title: string | undefined): readonly string[] {
  const [first = '', second = ''] = lines;
  const words = first.replace(/^\s*(#+|=+|\*+)\s+|\s+(#+|=+)\s*$/g, '').trim();
  if (title === undefined || words !== title.trim()) return lines;
  const rest = lines.slice(/^\s*[=~^"'-]{3,}\s*$/.test(second) ? 2 : 1);
  // A title alone is better than nothing.
  return rest.some((line) => line.trim() !== '') ? rest : lines;
}

/** What shows that a line ends where it was meant to. */
const laidOutLine =
  /^\s{2,}\S|[{};[(]$|^\s*(?:[-*+•]|\d+[.)])\s|^\s*\||^\s*(?:\/\/|```|@|import |from |def |class |func )/;
/** Characters; prose that is wrapped by hand has longer lines. */
const shortLine = 45;

function isLaidOut(lines: readonly string[]): boolean {
  const filled = lines.filter((line) => line.trim() !== '');
  if (filled.length < 2) return false;
  const marked = filled.filter((line) => laidOutLine.test(line)).length;
  const length = filled.reduce((sum, line) => sum + line.length, 0);
  return marked * 3 > filled.length || (filled.length > 2 && length < shortLine * filled.length);
}

function laidOut(lines: readonly string[], width: number): Printable[] {
  const filled = lines.filter((line) => line.trim() !== '');
  const indent = Math.min(...filled.map((line) => line.search(/\S/)));
  const shown = filled
    .slice(0, maxLaidOutLines)
    .map((line) => cut(printable(line.slice(indent).trimEnd(), maxLength), width));
  const last = shown.at(-1);
  if (last !== undefined && filled.length > shown.length) shown[shown.length - 1] = ended(last, width);
  return shown;
}

/** A line after which more would come. */
function ended(line: Printable, width: number): Printable {
  const longer = cut(say`${line} …`, width);
  return longer.endsWith('…') ? longer : line;
}
