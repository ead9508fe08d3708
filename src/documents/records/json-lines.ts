// JSON Lines: one record per line. A line that can't be read is a failure that names the line; later lines are read.
import type { Document } from '../../types/document.js';
import type { Failure } from '../../types/failure.js';
import type { Json } from '../../types/json.js';
import { LineCursor, lineEnd } from '../blocks/lines.js';
import { valueEnd, withLongIntegers, withoutNaN } from './json-scan.js';
import { RecordReader } from './records.js';

/**
 * Records of a file. Lines are `{"id","text","metadata"?}` or any other object; the id of a record without
 * one is its line. Blank lines are passed over. A list of records in brackets, and objects over several lines (as `jq` prints
 * them), are read as well.
 * @yields documents, and failures (`malformed`) with the source `source#line-12`
 */
export function* recordsFromText(
  text: string,
  source: string,
  format: 'json' | 'jsonl' = 'jsonl',
): Generator<Document | Failure> {
  const reader = new JsonLineReader(source, 0, format);
  if (startsOverLines(text)) {
    yield* recordsOverLines(text, reader);
    return;
  }
  for (let at = 0; at < text.length; ) {
    const end = lineEnd(text, at);
    const item = reader.read(text.slice(at, end));
    if (item) yield item;
    at = end + 1;
  }
}

const betweenObjects = /\}[ \t\r]{0,100}\n\s{0,100}\{/;

/** Whether a text is one object after the other, without a list around them. */
export function isSeriesOfObjects(text: string): boolean {
  if (!betweenObjects.test(text)) return false;
  const open = text.search(/\S/);
  if (text[open] !== '{') return false;
  const end = valueEnd(text, open);
  return (
    end !== -1 &&
    /^\s{0,200}\{/.test(text.slice(end, end + 300)) &&
    parse(text.slice(open, end)) !== undefined
  );
}

/** Whether the first object has several lines, or stands in a list. */
function startsOverLines(text: string): boolean {
  const [opening] = /^\s*(?:\[\s*)?\{/.exec(text) ?? [];
  if (opening === undefined) return false;
  const open = opening.length - 1;
  if (opening.includes('[')) return true;
  const eol = lineEnd(text, open);
  const end = parse(text.slice(open, eol).trim()) === undefined ? valueEnd(text, open) : -1;
  return end > eol && parse(text.slice(open, end)) !== undefined;
}

/** Each damaged object may make the rest of the file be looked through once more. */
const maxDamaged = 100;

function* recordsOverLines(text: string, reader: JsonLineReader): Generator<Document | Failure> {
  const lines = new LineCursor(text);
  let damaged = 0;
  for (let open = text.indexOf('{'); open !== -1 && damaged < maxDamaged; ) {
    const end = valueEnd(text, open);
    const isWhole = end !== -1 && parse(text.slice(open, end)) !== undefined;
    const item = reader.read(text.slice(open, isWhole ? end : lineEnd(text, open)), lines.at(open));
    if (item) yield item;
    if (!isWhole) damaged++;
    // After a damaged object, the next one that begins a line.
    const next = isWhole ? text.indexOf('{', end) : text.indexOf('\n{', open);
    open = isWhole || next === -1 ? next : next + 1;
  }
}

function parse(json: string): Json | undefined {
  try {
    return JSON.parse(withLongIntegers(json)) as Json;
  } catch {
    const plain = withoutNaN(json);
    if (plain === json) return undefined;
  }
  try {
    return JSON.parse(withLongIntegers(withoutNaN(json))) as Json;
  } catch {
    return undefined;
  }
}

export class JsonLineReader {
  readonly #records: RecordReader;
  #line: number;

  /** @param line number of lines before the first one that is read */
  constructor(source: string, line = 0, format: 'json' | 'jsonl' = 'jsonl') {
    this.#line = line;
    this.#records = new RecordReader(source, format);
  }

  /** @param line the one on which it starts. @default the next one */
  read(text: string, line: number = this.#line + 1): Document | Failure | undefined {
    this.#line = line;
    // Some programs write a record separator before each (RFC 7464).
    const words = text.replace('\x1e', '').trim();
    if (words === '') return undefined;
    const value = words.startsWith('{') ? parse(words) : undefined;
    if (value === undefined) return this.#records.failure('malformed', line);
    return this.#records.read(value, line, line);
  }
}
