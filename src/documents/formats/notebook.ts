// Jupyter notebooks: the cells' sources one under the other, with what they printed where that is short text.
import { DocumentError } from '../../errors.js';
import type { Block, Json } from '../../types.js';
import { LineCursor, trimWhite } from '../blocks/lines.js';
import { markdownBlocks } from '../blocks/markdown/reader.js';
import { decode } from '../decode.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { elementOffsets } from '../records/json-scan.js';
import { isObject, type JsonObject } from '../records/records.js';

/** Longer output is data, not something that a reader would search for. */
const LONGEST_OUTPUT = 500;

export function extract({ bytes, source }: FormatInput): Extraction {
  const json = decode(bytes);
  const notebook = new Notebook();
  if (json.trim() !== '') {
    const cells = parseCells(json, source);
    const places = cellPlaces(json, cells.length);
    for (const [i, cell] of cells.entries()) {
      if (isObject(cell)) notebook.add(cell, places[i] ?? { line: 1, perLine: 0 });
    }
  }
  return one({ source, format: 'notebook', text: notebook.text, blocks: notebook.blocks });
}

function parseCells(json: string, source: string): Json[] {
  let value: Json;
  try {
    value = JSON.parse(json) as Json;
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new DocumentError('malformed', `${source} is not a notebook: ${reason}.`, { cause });
  }
  const cells = isObject(value) ? value.cells : undefined;
  if (!Array.isArray(cells)) {
    throw new DocumentError('malformed', `${source} is not a notebook of format 4: it has no list "cells".`);
  }
  return cells;
}

interface CellPlace {
  /** Line of the file on which the cell's first line of source stands. */
  line: number;
  /** Lines of the file for each line of source: 1 as notebooks are written, 0 where all is on one line. */
  perLine: 0 | 1;
}

function cellPlaces(json: string, count: number): CellPlace[] {
  const opening = /"cells"\s*:\s*\[/g;
  // The words may also stand in a text; the right place has as many elements as there are cells.
  for (let match = opening.exec(json); match; match = opening.exec(json)) {
    const offsets = elementOffsets(json, opening.lastIndex - 1);
    if (offsets.length !== count) continue;
    const cursor = new LineCursor(json);
    return offsets.map((offset, i) => {
      const key = json.indexOf('"source"', offset);
      if (key === -1 || key > (offsets[i + 1] ?? json.length)) return { line: cursor.at(offset), perLine: 0 };
      const list = /^"source"\s*:\s*\[\s*/.exec(json.slice(key, key + 200))?.[0];
      const perLine = list?.includes('\n') ? 1 : 0;
      return { line: cursor.at(key) + perLine, perLine };
    });
  }
  return [];
}

class Notebook {
  text = '';
  readonly blocks: Block[] = [];

  add(cell: JsonObject, { line, perLine }: CellPlace): void {
    const start = this.#append(joined(cell.source));
    const end = trimWhite(this.text, start, this.text.length);
    if (cell.cell_type === 'markdown') {
      for (const block of markdownBlocks(this.text, start, end, 0)) {
        this.blocks.push({ ...block, line: line + block.line * perLine });
      }
      return;
    }
    this.#push(start, end, line);
    for (const output of Array.isArray(cell.outputs) ? cell.outputs : []) {
      const shown = isObject(output) ? outputText(output).trim() : '';
      if (shown === '' || shown.length > LONGEST_OUTPUT) continue;
      this.#push(this.#append(shown), this.text.length, line);
    }
  }

  /** @returns where the text starts */
  #append(text: string): number {
    if (this.text !== '') this.text += '\n\n';
    const start = this.text.length;
    this.text += text;
    return start;
  }

  #push(from: number, to: number, line: number): void {
    const end = trimWhite(this.text, from, to);
    if (end > from) this.blocks.push({ kind: 'code', start: from, end, line });
  }
}

function outputText({ output_type: type, text, data }: JsonObject): string {
  if (type === 'stream') return joined(text);
  // The text of a picture is only the name of its class.
  const isPicture = isObject(data) && Object.keys(data).some((key) => key.startsWith('image/'));
  return isObject(data) && !isPicture ? joined(data['text/plain']) : '';
}

/** Notebooks hold texts as one string or as a list of lines. */
function joined(value: Json | undefined): string {
  const text = Array.isArray(value) ? value.filter((part) => typeof part === 'string').join('') : value;
  return typeof text === 'string' ? text.replace(/\p{Surrogate}/gu, '\ufffd') : '';
}
