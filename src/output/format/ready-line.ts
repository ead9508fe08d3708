// Lines of chunks.jsonl that were made together with their chunks, in another thread.
import type { Chunk } from '../../types/document.js';
import { lineParts, type ReadyLine } from './chunk-line.js';

interface Remembered extends ReadyLine {
  /** The place that the line names. */
  index: number;
  occurrence: number;
}

const lines = new WeakMap<Chunk, Remembered>();

/** Remembers the line of a chunk as it is now. */
export function rememberLine(chunk: Chunk, line: ReadyLine): void {
  const { index, occurrence } = chunk;
  const { bytes, start, middle, end } = line;
  lines.set(chunk, { bytes, start, middle, end, index, occurrence });
}

/** The line of a chunk; undefined when there is none, or the chunk has another place since. */
export function readyLine(chunk: Chunk): ReadyLine | undefined {
  const line = lines.get(chunk);
  return line?.index === chunk.index && line.occurrence === chunk.occurrence ? line : undefined;
}

/** The lines of several chunks, one after the other. */
export interface JoinedLines {
  bytes: Uint8Array;
  /** Two numbers a line: where its embedding belongs, and its end. */
  ends: Int32Array;
}

export function joinLines(chunks: readonly Chunk[]): JoinedLines {
  const ends = new Int32Array(chunks.length * 2);
  let bytes = Buffer.allocUnsafeSlow(64 * 1024);
  let at = 0;
  for (const [index, chunk] of chunks.entries()) {
    const { head, text, tail } = lineParts(chunk);
    // A UTF-16 unit becomes up to three bytes.
    const most = at + (head.length + text.length + tail.length) * 3;
    if (most > bytes.length) bytes = Buffer.concat([bytes.subarray(0, at)], most * 2);
    at += bytes.write(head, at);
    at += bytes.write(text, at);
    ends[index * 2] = at;
    at += bytes.write(tail, at);
    ends[index * 2 + 1] = at;
  }
  return { bytes: new Uint8Array(bytes.subarray(0, at)), ends };
}
