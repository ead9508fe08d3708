// JSON Lines: one record per line. A line that can't be read is a failure that names the line; later lines are read.
import type { Document } from '../../types/document.js';
import type { Failure } from '../../types/failure.js';
import type { Json } from '../../types/json.js';
import { lineEnd } from '../blocks/lines.js';
import { withLongIntegers } from './json-scan.js';
import { RecordReader } from './records.js';

/**
 * Records of a file. Lines are `{"id","text","metadata"?}` or any other object; the id of a record without
 * one is its line. Blank lines are passed over.
 * @yields documents, and failures (`malformed`) with the source `source#line-12`
 */
export function* recordsFromText(text: string, source: string): Generator<Document | Failure> {
  const reader = new JsonLineReader(source);
  for (let at = 0; at < text.length; ) {
    const end = lineEnd(text, at);
    const item = reader.read(text.slice(at, end));
    if (item) yield item;
    at = end + 1;
  }
}

export class JsonLineReader {
  readonly #records: RecordReader;
  #line: number;

  /** @param line number of lines before the first one that is read */
  constructor(source: string, line = 0) {
    this.#line = line;
    this.#records = new RecordReader(source, 'jsonl');
  }

  read(text: string): Document | Failure | undefined {
    this.#line++;
    const words = text.trim();
    if (words === '') return undefined;
    if (!words.startsWith('{')) return this.#records.failure('malformed', this.#line);
    let value: Json;
    try {
      value = JSON.parse(withLongIntegers(words)) as Json;
    } catch {
      return this.#records.failure('malformed', this.#line);
    }
    return this.#records.read(value, this.#line, this.#line);
  }
}
