// The messages to and from the reader's process. Blocks are sent as numbers, as a large file has millions.
import type { Block, BlockKind, Document } from '../../types/document.js';
import type { Failure, FailureCode } from '../../types/failure.js';

export interface Job {
  bytes: Buffer;
  source: string;
}

/** `memory` is the memory of the process at that time, in bytes. */
export type Answer =
  /** It runs. Sent once, before any file. */
  | { kind: 'ready' }
  /** It has the file: if the process ends from here on, the file is the cause. */
  | { kind: 'begun' }
  /** Some of the file's documents; more may follow. */
  | { kind: 'part'; documents: PackedDocument[]; failures: Failure[] }
  | { kind: 'done'; memory: number }
  | { kind: 'failed'; failure: FailureCode; message: string; memory: number };

export interface PackedDocument extends Omit<Document, 'blocks'> {
  /** Six numbers a block: kind, start, end, line, page and level, 0 for none. */
  numbers: Int32Array;
  titles: (string | undefined)[];
  contexts: (string | undefined)[];
}

const blockKinds: readonly BlockKind[] = ['heading', 'paragraph', 'item', 'code', 'table', 'record'];
const fieldsPerBlock = 6;

export function pack({ blocks, ...document }: Document): PackedDocument {
  const numbers = new Int32Array(blocks.length * fieldsPerBlock);
  const titles: (string | undefined)[] = [];
  const contexts: (string | undefined)[] = [];
  for (const [i, { kind, start, end, line, page = 0, level = 0, title, context }] of blocks.entries()) {
    numbers.set([blockKinds.indexOf(kind), start, end, line, page, level], i * fieldsPerBlock);
    if (title !== undefined) titles[i] = title;
    if (context !== undefined) contexts[i] = context;
  }
  return { ...document, numbers, titles, contexts };
}

export function unpack({ numbers, titles, contexts, ...document }: PackedDocument): Document {
  const blocks: Block[] = [];
  for (let i = 0, at = 0; at < numbers.length; i++, at += fieldsPerBlock) {
    const [start, end, line] = [numbers[at + 1]!, numbers[at + 2]!, numbers[at + 3]!];
    const block: Block = { kind: blockKinds[numbers[at]!]!, start, end, line };
    if (numbers[at + 4] !== 0) block.page = numbers[at + 4]!;
    if (numbers[at + 5] !== 0) block.level = numbers[at + 5]!;
    const title = titles[i];
    if (title !== undefined) block.title = title;
    const context = contexts[i];
    if (context !== undefined) block.context = context;
    blocks.push(block);
  }
  return { ...document, blocks };
}
