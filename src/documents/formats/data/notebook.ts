// Jupyter notebooks: the sources of the cells, each with the text of its outputs.
import { DocumentError } from '../../../errors.js';
import { placeOfJsonFault } from '../../../text/json-fault.js';
import { isObject } from '../../../text/plain-json.js';
import type { Block } from '../../../types/document.js';
import type { Json } from '../../../types/json.js';
import { LineCursor, trimWhite } from '../../blocks/lines.js';
import { markdownContent } from '../../blocks/markdown/content.js';
import { decode } from '../../encodings/detect-encoding.js';
import { elementOffsets, listOffset } from '../../records/json-scan.js';
import type { JsonObject } from '../../records/records.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { joined, outputText } from './notebook-output.js';

/** Between two cells. */
const gap = '\n\n';

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const json = decode(bytes);
  const notebook = new Notebook();
  if (json.trim() !== '') {
    const cells = await parseCells(json, source);
    const places = cellPlaces(json, cells.length);
    for (const [i, cell] of cells.entries()) {
      if (isObject(cell)) notebook.add(cell, places[i] ?? { line: 1, perLine: 0 });
    }
  }
  return one({ source, format: 'notebook', text: notebook.text, blocks: notebook.blocks });
}

async function parseCells(json: string, source: string): Promise<Json[]> {
  let value: Json;
  try {
    value = JSON.parse(json) as Json;
  } catch (cause) {
    const place = await placeOfJsonFault(json, 'json');
    const at = place === undefined ? '' : `: look at ${place}`;
    throw new DocumentError('malformed', `${source} is not a notebook, as it is not valid JSON${at}.`, {
      cause,
    });
  }
  const cells = isObject(value) ? (value.cells ?? olderCells(value.worksheets)) : undefined;
  if (!Array.isArray(cells)) {
    throw new DocumentError('malformed', `${source} is not a notebook: it has no list "cells".`);
  }
  return cells;
}

/** Of format 3: the cells of all sheets. */
function olderCells(sheets: Json | undefined): Json[] | undefined {
  if (!Array.isArray(sheets)) return undefined;
  return sheets.flatMap((sheet) => (isObject(sheet) && Array.isArray(sheet.cells) ? sheet.cells : []));
}

interface CellPlace {
  /** Line of the file on which the cell's first line of source stands. */
  line: number;
  /** Lines of the file for each line of source: normally 1; 0 when the file is a single line. */
  perLine: 0 | 1;
}

function cellPlaces(json: string, count: number): CellPlace[] {
  const open = listOffset(json, 'cells');
  const offsets = open < 0 ? [] : elementOffsets(json, open);
  if (offsets.length !== count) return [];
  const cursor = new LineCursor(json);
  return offsets.map((offset, i) => {
    // Searched in this cell only: otherwise the whole file would be searched for each cell without a source.
    const cell = json.slice(offset, offsets[i + 1] ?? json.length);
    const key = cell.indexOf('"source"');
    if (key === -1) return { line: cursor.at(offset), perLine: 0 };
    const list = /^"source"\s*:\s*\[\s*/.exec(cell.slice(key, key + 200))?.[0];
    const perLine = list?.includes('\n') ? 1 : 0;
    return { line: cursor.at(offset + key) + perLine, perLine };
  });
}

/** Joins the texts of the cells at the end: reading a text that still grows would copy it each time. */
class Notebook {
  readonly blocks: Block[] = [];
  readonly #texts: string[] = [];
  #length = 0;

  get text(): string {
    return this.#texts.join(gap);
  }

  add(cell: JsonObject, { line, perLine }: CellPlace): void {
    const isHeading = cell.cell_type === 'heading';
    const level = Math.min(Math.max(Number(cell.level) || 1, 1), 6);
    const text = `${isHeading ? `${'#'.repeat(level)} ` : ''}${joined(cell.source ?? cell.input)}`;
    if (cell.cell_type === 'markdown' || isHeading) {
      const { text: words, blocks } = markdownContent(text, 0);
      const start = this.#append(words);
      for (const block of blocks) {
        const place = {
          start: start + block.start,
          end: start + block.end,
          line: line + block.line * perLine,
        };
        this.blocks.push({ ...block, ...place });
      }
      return;
    }
    this.#push(text, this.#append(text), line);
    for (const output of Array.isArray(cell.outputs) ? cell.outputs : []) {
      const shown = isObject(output) ? outputText(output) : '';
      if (shown !== '') this.#push(shown, this.#append(shown), line);
    }
  }

  /** @returns where the text starts */
  #append(text: string): number {
    // A blank text needs no gap after it.
    if (this.#length === 0) this.#texts.length = 0;
    const start = this.#length === 0 ? 0 : this.#length + gap.length;
    this.#texts.push(text);
    this.#length = start + text.length;
    return start;
  }

  #push(text: string, start: number, line: number): void {
    const end = trimWhite(text, 0, text.length);
    if (end > 0) this.blocks.push({ kind: 'code', start, end: start + end, line });
  }
}
