// Charts of office documents: their titles, and their values as a table.
import { oneLine } from '../../../../text/one-line.js';
import { tableText } from '../../../blocks/table-text.js';
import { shownNumber } from '../sheets/number-format.js';
import { attribute, descendants, elements, find, textOf, type XmlElement } from '../xml.js';
import { drawnLine, type Piece } from './paragraphs.js';

/** Rows of a chart's table; a chart of more is drawn from a table that is elsewhere. */
const maxRows = 1000;

export function chartPieces(space: XmlElement | undefined): Piece[] {
  const chart = find(space, 'c:chart');
  if (chart === undefined) return [];
  const pieces: Piece[] = [];
  for (const title of descendants(chart, 'c:title')) {
    pieces.push({ kind: 'paragraph', text: drawnLine(find(title, 'c:tx', 'c:rich')) });
  }
  const series = [...descendants(chart, 'c:ser')];
  const names = series.map((one) => [...points(find(one, 'c:tx')).values()].join(' '));
  const categories = series.map((one) => points(find(one, 'c:cat') ?? find(one, 'c:xVal')));
  const values = series.map((one) => points(find(one, 'c:val') ?? find(one, 'c:yVal')));
  const all = [...categories, ...values].flatMap((list) => [...list.keys()]);
  const rows = [['', ...names]];
  for (const index of [...new Set(all)].sort((a, b) => a - b).slice(0, maxRows)) {
    const category = categories.find((list) => list.has(index))?.get(index) ?? '';
    rows.push([category, ...values.map((list) => list.get(index) ?? '')]);
  }
  if (series.length > 0) pieces.push({ kind: 'table', ...tableText(rows, 1) });
  return pieces.filter(({ text }) => text !== '');
}

/** The points that a chart keeps of its source, by their index. */
function points(source: XmlElement | undefined): Map<number, string> {
  const found = new Map<number, string>();
  if (source === undefined) return found;
  const cache =
    [...descendants(source, 'c:strCache', 'c:numCache', 'c:strLit', 'c:numLit', 'c:lvl')][0] ?? source;
  const isNumbers = cache.name.startsWith('c:num');
  const code = textOf(find(cache, 'c:formatCode')) || 'General';
  for (const point of elements(find(cache, 'c:lvl') ?? cache)) {
    const value = oneLine(textOf(point.name === 'c:pt' ? find(point, 'c:v') : point));
    if (point.name === 'c:pt') {
      const own = attribute(point, 'formatCode') ?? code;
      found.set(Number(attribute(point, 'idx')), isNumbers ? shownNumber(value, own) : value);
    } else if (point.name === 'c:v') {
      found.set(0, value);
    }
  }
  return found;
}
