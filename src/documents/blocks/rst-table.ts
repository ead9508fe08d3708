// The header row of a table in reStructuredText: above the line of `=` of a grid, or between the first two lines of `=`.
import { oneLine } from '../../text/one-line.js';

/** Lines of a table and characters of a line that are looked at. */
const maxHeaderLines = 20;
const maxLineLength = 2000;

const rule = /^=+(?:\s+=+)+$/;
const gridRule = /^\+(?:=+\+)+$/;

/** The names of the columns in one line; '' for a table without a header. */
export function headerRow(table: string): string {
  const lines: string[] = [];
  for (let at = 0; at < table.length && lines.length < maxHeaderLines; ) {
    const next = table.indexOf('\n', at);
    const end = next === -1 ? table.length : next;
    if (end - at > maxLineLength) return '';
    lines.push(table.slice(at, end).trimEnd());
    at = end + 1;
  }
  const indent = /^ */.exec(lines[1] ?? '')![0].length;
  const cells = table.startsWith('+') ? gridHeader(lines) : simpleHeader(lines, table, indent);
  const names = cells.map((cell) => oneLine(cell));
  return names.some((name) => name !== '') ? names.join(' | ').trim() : '';
}

/** Cells may have several lines. */
function gridHeader(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => gridRule.test(line.trim()));
  const cells: string[] = [];
  for (const line of lines.slice(0, Math.max(end, 0))) {
    if (!line.trim().startsWith('|')) continue;
    const parts = line.trim().slice(1).replace(/\|$/, '').split('|');
    for (const [column, part] of parts.entries()) cells[column] = `${cells[column] ?? ''} ${part}`;
  }
  return cells;
}

function simpleHeader(lines: readonly string[], table: string, indent: number): string[] {
  const border = lines[0]!;
  const end = lines.findIndex((line, i) => i > 0 && rule.test(line.trim()));
  // Without a third line of its kind, the second one ends the table.
  if (end < 2 || !rule.test(table.slice(table.lastIndexOf('\n') + 1).trim())) return [];
  if (lines.slice(0, end + 1).join('\n').length >= table.length) return [];
  const columns = [...border.matchAll(/=+/g)].map(({ index }) => index);
  const cells: string[] = columns.map(() => '');
  for (const line of lines.slice(1, end)) {
    // The first line of the block has lost its indent.
    const text = line.slice(Math.min(indent, line.length - line.trimStart().length));
    if (/^[-\s]*$/.test(text)) continue;
    for (const [i, from] of columns.entries()) cells[i] += ` ${text.slice(from, columns[i + 1])}`;
  }
  return cells;
}
