// Turns a document's blocks into marks: the places where it is cut first.
import { skipSpace, trimEnd } from '../text/whitespace.js';
import type { SpanCounter } from '../tokens/span-counter.js';
import type { Block, Document } from '../types/document.js';
import { boundary, isBetweenWords } from './boundaries.js';
import { countInTurns, maxPieceLength } from './count.js';
import { keyOf, Marks } from './marks.js';

export interface Outline {
  marks: Marks;
  /** The block that starts at each mark; undefined for text before all blocks. */
  blocks: (Block | undefined)[];
}

/** Blocks between two turns of the event loop. */
const blocksPerTurn = 4096;

/**
 * Marks at the starts of blocks. Text between blocks, if any, belongs to the block before it.
 * @yields `undefined` from time to time, since there may be a million blocks, or one of a whole file
 */
export function* outline(document: Document, counter: SpanCounter): Generator<undefined, Outline, undefined> {
  const { text } = document;
  const marks = new Marks();
  const blocks: (Block | undefined)[] = [];
  const starts: number[] = [];
  let afterHeading = false;
  const strengths: number[] = [];
  for (const block of document.blocks) {
    const at = skipSpace(text, block.start, block.end);
    // A block of white space, or one that starts inside a word: no place to cut.
    if (at === block.end || !isBetweenWords(text, at)) continue;
    if (starts.length === 0 && skipSpace(text, 0, at) < at) {
      starts.push(skipSpace(text, 0, at));
      strengths.push(boundary.block);
      blocks.push(undefined);
    }
    starts.push(at);
    strengths.push(strengthOf(block, afterHeading));
    blocks.push(block);
    afterHeading = block.kind === 'heading';
  }
  if (starts.length === 0) {
    starts.push(skipSpace(text, 0, text.length));
    strengths.push(boundary.block);
    blocks.push(undefined);
  }
  // The first chunk has no overlap, like one that starts a section.
  strengths[0] = 1;
  let tokens = 0;
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index]!;
    const end = starts[index + 1] ?? text.length;
    marks.push(start, tokens, strengths[index]!, isAnnounced(text, start) ? 0 : keyOf(text, start, end));
    if (end - start > maxPieceLength) tokens += yield* countInTurns(counter, text, start, end);
    else tokens += counter.countSpan(text, start, end);
    if (index % blocksPerTurn === blocksPerTurn - 1) yield undefined;
  }
  marks.close(text.length, tokens);
  return { marks, blocks };
}

function strengthOf(block: Block, afterHeading: boolean): number {
  if (afterHeading) return boundary.headingEnd;
  if (block.level === undefined) return boundary.block;
  return Math.min(Math.max(block.level, 1), boundary.deepestSection);
}

/** True when the text before announces the text after it (“for example:”). Of equal places, this one is chosen last. */
function isAnnounced(text: string, start: number): boolean {
  return text[trimEnd(text, 0, start) - 1] === ':';
}
