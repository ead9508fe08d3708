// Pieces become rows, in order, each with its overlap and its line: a twin of join-short.ts, chunk-place.ts and the end of
// split.ts.
import { blockCount, endOf, isSection, lineOf, meansLines, startOf } from './blocks';
import { overlapStart } from './overlap';
import { count, isAnnounced, isBetweenWords, lineBreak, skipSpace } from './text';

/** Tokens of the context of a chunk. */
// @ts-ignore: a decorator of the compiler
@external('document', 'contextTokens')
declare function contextTokens(start: i32, end: i32): i32;

/** Bytes of a row, as a shift: start, end, tokens, line, start without overlap, block of the line, and whether it has no context. */
const rowShift: usize = 5;
/** Max part of a chunk's tokens that is short: a quarter. */
const shortShift: i32 = 2;

let rows: usize = 0;
export let rowCount: i32 = 0;
let size: i32 = 0;
let overlap: i32 = 0;
let core: i32 = 0;
let hasContexts: bool = false;

// The last piece, which the next one may join; empty when there is none.
let heldStart: i32 = 0;
let heldEnd: i32 = 0;
let heldTokens: i32 = 0;
/** The next block that may open a section at a piece. */
let opening: i32 = 0;

/** Where the last chunk starts. */
let previous: i32 = -1;
/** The last block that starts at or before the current piece, and the start of its section. */
let block: i32 = -1;
let sectionStart: i32 = 0;
/** The block whose lines are counted, how far, and the next line break. */
let counted: i32 = -1;
let line: i32 = 1;
let nextBreak: i32 = 0;

export function setRows(into: usize, most: i32, shared: i32, contexts: bool): void {
  rows = into;
  rowCount = 0;
  size = most;
  overlap = shared;
  core = most - shared;
  hasContexts = contexts;
  heldStart = 0;
  heldEnd = 0;
  opening = 0;
  previous = -1;
  block = -1;
  sectionStart = 0;
  counted = -1;
  line = 1;
  nextBreak = lineBreak(0);
}

// @ts-ignore: a decorator of the compiler
@inline export function contextOf(start: i32, end: i32): i32 {
  return hasContexts ? contextTokens(start, end) : 0;
}

/** Takes the next piece, which is trimmed and not empty. */
export function addPiece(start: i32, end: i32, tokens: i32): void {
  if (heldEnd > heldStart) {
    if (joins(start, end, tokens)) {
      heldEnd = end;
      heldTokens += tokens;
      return;
    }
    addRow(heldStart, heldEnd, heldTokens);
  }
  heldStart = start;
  heldEnd = end;
  heldTokens = tokens;
}

export function finishRows(): void {
  if (heldEnd > heldStart) addRow(heldStart, heldEnd, heldTokens);
}

/** Whether a piece joins the one before it. */
function joins(start: i32, end: i32, tokens: i32): bool {
  const short = size >> shortShift;
  const isWanted = heldTokens < short || (tokens < short && !isAnnounced(start, end));
  if (!isWanted || opensSection(start) || !isBetweenWords(start)) return false;
  const all = heldTokens + tokens;
  return all <= core && all + contextOf(heldStart, end) <= core;
}

/** Starts come in order. */
function opensSection(start: i32): bool {
  for (; opening < blockCount; opening++) {
    if (!isSection(opening)) continue;
    const place = skipSpace(startOf(opening), endOf(opening));
    if (place >= start) return place == start;
  }
  return false;
}

function addRow(start: i32, end: i32, tokens: i32): void {
  while (block + 1 < blockCount && startOf(block + 1) <= start) {
    block++;
    if (isSection(block)) sectionStart = startOf(block);
  }
  let from = start;
  let all = tokens;
  let context = contextOf(start, end);
  // A character of more tokens than a chunk may have.
  const isAlone = tokens + context > size;
  if (isAlone) context = 0;
  all += context;
  const floor = max(sectionStart, previous + 1);
  if (floor < start) {
    const lines = meansLines(block);
    const isSum = isBetweenWords(start);
    for (let tries = 0; tries < 2; tries++) {
      const most = min(overlap, size - tokens - context);
      if (most < 1) break;
      const reach = overlapStart(start, floor, most, lines);
      const wanted = contextOf(reach, end);
      const own = isSum ? tokens + count(reach, start) : count(reach, end);
      if (own + wanted <= size) {
        from = reach;
        all = own + wanted;
        break;
      }
      context = wanted;
    }
  }
  previous = from;
  const row = rows + (<usize>rowCount << rowShift);
  rowCount++;
  store<i32>(row, from);
  store<i32>(row, end, 4);
  store<i32>(row, all, 8);
  store<i32>(row, lineAt(from), 12);
  store<i32>(row, start, 16);
  store<i32>(row, lineBlock(from), 20);
  // With an overlap there is a context again.
  store<i32>(row, <i32>(isAlone && from == start), 24);
}

/** The block that a place is in, of those up to the current one. */
function lineBlock(index: i32): i32 {
  let found = block;
  while (found >= 0 && startOf(found) > index) found--;
  return found;
}

/** Never backwards within a block. */
function lineAt(index: i32): i32 {
  const found = lineBlock(index);
  if (found != counted && found >= 0) {
    counted = found;
    line = lineOf(found);
    nextBreak = lineBreak(startOf(found));
  }
  while (nextBreak < index) {
    line++;
    nextBreak = lineBreak(nextBreak + 1);
  }
  return line;
}
