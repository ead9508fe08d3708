// The messages to and from the documents worker. The chunks of a document cross as numbers, one text and one string of hashes,
// not as objects: making those costs the main thread as much as a part of the splitting.
import { type JoinedLines, joinLines, rememberLine } from '../../output/format/ready-line.js';
import type { Chunk } from '../../types/document.js';
import type { Json } from '../../types/json.js';

/** What the worker is told at its start: how documents are split. */
export interface WorkerSetup {
  /** As of `Chunking`. */
  size: number;
  overlap: number;
  headings: boolean;
  /** Id of the token counter, and its vocabulary where that is not in this package. */
  counter: string;
  vocabulary: readonly string[] | undefined;
}

/** A file that was read from the disk. */
export interface Job {
  source: string;
  bytes: Uint8Array;
}

/** Once `ready`; then the results of the jobs of each message, in their order. */
export type Answer = 'ready' | Result[];

/** Undefined for a file that the main thread must read itself. */
export type Result = PackedDocument | undefined;

/** The chunks of a document. */
export interface PackedDocument {
  /** It says nothing, so it has no chunks. */
  isBlank: boolean;
  text: string;
  /** Seven numbers a chunk: start, end, tokens, line, page (0 for none), index of its titles, occurrence. */
  numbers: Int32Array;
  /** 64 characters a chunk. */
  hashes: string;
  titles: string[][];
  /** What only some chunks have, by their index. */
  others: Map<number, Pick<Chunk, 'context' | 'tables' | 'key'>>;
  metadata: { [key: string]: Json } | undefined;
  /** Their lines in chunks.jsonl. */
  lines: JoinedLines;
}

const fields = 7;
const hashLength = 64;

export function pack(chunks: readonly Chunk[], text: string): PackedDocument {
  const numbers = new Int32Array(chunks.length * fields);
  const titles: string[][] = [];
  const others: PackedDocument['others'] = new Map();
  let hashes = '';
  for (const [index, chunk] of chunks.entries()) {
    const { start, end, tokens, line, page = 0, heading, occurrence, hash, key, context, tables } = chunk;
    if (titles.at(-1) !== heading) titles.push(heading);
    numbers.set([start, end, tokens, line, page, titles.length - 1, occurrence], index * fields);
    hashes += hash;
    if (context === undefined && tables === undefined) continue;
    others.set(index, { key, ...(context !== undefined && { context }), ...(tables && { tables }) });
  }
  const { metadata } = chunks[0] ?? {};
  return { isBlank: false, text, numbers, hashes, titles, others, metadata, lines: joinLines(chunks) };
}

/** The same chunks, and remembers their lines. @param source of the document */
export function* unpack(packed: PackedDocument, source: string): Generator<Chunk, void, undefined> {
  const { text, numbers, hashes, titles, others, metadata, lines } = packed;
  const { bytes, ends } = lines;
  for (let index = 0, at = 0; at < numbers.length; index++, at += fields) {
    const [start, end, page] = [numbers[at]!, numbers[at + 1]!, numbers[at + 4]!];
    const hash = hashes.slice(index * hashLength, (index + 1) * hashLength);
    const chunk: Chunk = {
      source,
      index,
      start,
      end,
      text: text.slice(start, end),
      tokens: numbers[at + 2]!,
      line: numbers[at + 3]!,
      heading: titles[numbers[at + 5]!]!,
      hash,
      key: hash,
      occurrence: numbers[at + 6]!,
    };
    if (page !== 0) chunk.page = page;
    if (others.size > 0) Object.assign(chunk, others.get(index));
    if (metadata !== undefined) chunk.metadata = metadata;
    const [before, middle, after] = [ends[2 * index - 1] ?? 0, ends[2 * index]!, ends[2 * index + 1]!];
    rememberLine(chunk, { bytes, start: before, middle, end: after });
    yield chunk;
  }
}
