// JSON Lines: one record per line, from a file's text or from a stream such as standard input. A line that
// can't be read is a failure that names the line; the lines behind it are read all the same.
import type { Document, Failure, Json } from '../../types.js';
import { lineEnd } from '../blocks/lines.js';
import { decode } from '../decode.js';
import { RecordReader } from './records.js';

const NEWLINE = 0x0a;

/** Records of a whole file; see `recordsFromJsonLines`. */
export function* recordsFromText(text: string, source: string): Generator<Document | Failure> {
  const reader = new JsonLineReader(source);
  for (let at = 0; at < text.length; ) {
    const end = lineEnd(text, at);
    const item = reader.read(text.slice(at, end));
    if (item) yield item;
    at = end + 1;
  }
}

/**
 * Records of a stream, as they arrive. Lines are `{"id","text","metadata"?}` or any other object; the id of
 * a record without one is its line. Blank lines are passed over.
 * @param input bytes, cut anywhere, e.g. `process.stdin`
 * @param source what the sources start with (`source#id`); with an empty one the ids are the sources
 * @yields documents, and failures (`malformed`, `duplicate-source`) with the source `source#line-12`
 */
export async function* recordsFromJsonLines(
  input: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Document | Failure> {
  const reader = new JsonLineReader(source);
  // A line may come in many pieces: they are joined once, when it is whole.
  let pieces: Uint8Array[] = [];
  for await (const bytes of input) {
    let at = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, at)) {
      pieces.push(bytes.subarray(at, end));
      const item = reader.read(decode(Buffer.concat(pieces)));
      if (item) yield item;
      pieces = [];
      at = end + 1;
    }
    if (at < bytes.length) pieces.push(bytes.subarray(at));
  }
  const item = reader.read(decode(Buffer.concat(pieces)));
  if (item) yield item;
}

class JsonLineReader {
  readonly #records: RecordReader;
  #line = 0;

  constructor(source: string) {
    this.#records = new RecordReader(source, 'jsonl');
  }

  read(text: string): Document | Failure | undefined {
    this.#line++;
    const words = text.trim();
    if (words === '') return undefined;
    if (!words.startsWith('{')) return this.#records.failure('malformed', this.#line);
    let value: Json;
    try {
      value = JSON.parse(words) as Json;
    } catch {
      return this.#records.failure('malformed', this.#line);
    }
    return this.#records.read(value, this.#line, this.#line);
  }
}
