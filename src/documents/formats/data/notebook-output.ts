// What a cell of a notebook printed, as text: streams, errors, results. Of long ones the start and the end.

import { isObject } from '../../../text/plain-json.js';
import type { Json } from '../../../types/json.js';
import { htmlContent } from '../../blocks/html.js';
import { withoutEscapeCodes } from '../../blocks/terminal-text.js';
import type { JsonObject } from '../../records/records.js';

/** Of longer output, so much is kept of the start and of the end: the middle of a log is seldom looked for. */
const headLength = 1200;
const tailLength = 600;
/** HTML of more characters is a drawing, or a page of its own. */
const maxHtmlLength = 1_000_000;

/** The name of a class, and where it is in memory: `<IPython.core.display.HTML object>`, `[<Line2D at 0x7f1c>]`. */
const objectName =
  /^[[( \t]{0,20}<[^<>\n]{0,200}(?: object|\bat 0x[\da-f]{1,20})[^<>\n]{0,200}>[\]), \t]{0,20}$/gim;
const figureSize = /^<Figure size [^<>\n]*>$/gm;

/** Trimmed; '' for an output without text. */
export function outputText(output: JsonObject): string {
  const text = withoutEscapeCodes(wholeText(output)).replace(objectName, '').replace(figureSize, '').trim();
  return text.length <= headLength + tailLength + 100 ? text : headAndTail(text);
}

function wholeText(output: JsonObject): string {
  const { output_type: type, text, ename, evalue } = output;
  if (type === 'stream') return joined(text);
  if (type === 'error' || type === 'pyerr') {
    return [joined(ename), joined(evalue)].filter((part) => part !== '').join(': ');
  }
  const data = isObject(output.data) ? output.data : olderData(output);
  const markdown = joined(data['text/markdown']);
  if (markdown !== '') return markdown;
  // A picture's text is only the name of its class, unless it is the picture of a formula.
  const drawing = joined(data['image/svg+xml']);
  if (drawing.includes('<text') && drawing.length <= maxHtmlLength) return htmlContent(drawing).text;
  const isPicture = Object.keys(data).some((key) => key.startsWith('image/'));
  if (isPicture && joined(data['text/latex']) === '') return '';
  const plain = joined(data['text/plain']);
  if (plain.replace(objectName, '').trim() !== '') return plain;
  const html = joined(data['text/html']);
  if (html !== '' && html.length <= maxHtmlLength) return htmlContent(html).text;
  const latex = joined(data['text/latex']);
  const json = data['application/json'];
  return latex === '' && json !== undefined ? JSON.stringify(json) : latex;
}

/** Format 3 has the kinds of data as keys of the output. */
function olderData({ text, html, latex, png, jpeg, svg }: JsonObject): JsonObject {
  const data: JsonObject = { 'text/plain': text ?? '', 'text/html': html ?? '', 'text/latex': latex ?? '' };
  if (png !== undefined || jpeg !== undefined || svg !== undefined) data['image/any'] = '';
  return data;
}

/** Cut between lines, else between words. */
function headAndTail(text: string): string {
  const head = text.slice(0, headLength);
  const tail = text.slice(-tailLength);
  const line = head.lastIndexOf('\n');
  const word = head.lastIndexOf(' ');
  const to = line > headLength / 2 ? line : word > headLength / 2 ? word : headLength;
  const nextLine = tail.indexOf('\n');
  const nextWord = tail.indexOf(' ');
  const from = nextLine >= 0 && nextLine < tailLength / 2 ? nextLine : Math.max(nextWord, 0);
  return `${whole(head.slice(0, to)).trimEnd()}\n…\n${whole(tail.slice(from)).trimStart()}`;
}

/** Without halves of characters. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}

/** Notebooks hold texts as one string or as a list of lines. */
export function joined(value: Json | undefined): string {
  const text = Array.isArray(value) ? value.filter((part) => typeof part === 'string').join('') : value;
  return typeof text === 'string' ? text.replace(/\p{Surrogate}/gu, '\ufffd') : '';
}
