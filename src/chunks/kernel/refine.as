// Marks inside blocks that are too long for a chunk: a twin of chunks/refine.ts.
import { isTable, meansLines } from './blocks';
import { at, blockAt, key, keyOf, lineKey, put, strength } from './marks';
import {
  character, count, headingEnd, isGraphemeBoundary, sentence, skipSpace, strengthInWord, strengthOfGap, trimEnd, unitAt,
  wordEnd,
} from './text';

// Tables are rare, and their rows have many forms: plain JavaScript finds them.
/** Begins a table. */
// @ts-ignore: a decorator of the compiler
@external('document', 'tableAt')
declare function tableAt(start: i32, end: i32): void;
/** The start of the row after the one at `start`. */
// @ts-ignore: a decorator of the compiler
@external('document', 'rowAfter')
declare function rowAfter(start: i32): i32;
/** Tokens of a chunk that starts inside of this block. */
// @ts-ignore: a decorator of the compiler
@external('document', 'rowRoom')
declare function rowRoom(block: i32): i32;

const weakKeyCharacters: i32 = 16;

let list: usize = 0;
let marked: i32 = 0;
let spacing: i32 = 0;
let tokens: i32 = 0;
/** Tokens before the last mark. */
let before: i32 = 0;
let beforeLead: i32 = 0;
// The best weak place since the last mark; its strength is 0 when there is none.
let weakAt: i32 = 0;
let weakTokens: i32 = 0;
let weakStrength: i32 = 0;
let weakKey: u32 = 0;

/** Marks of the blocks from mark `from` to mark `to` of the outline. @param into where they go @returns their number */
export function refine(outline: usize, from: i32, to: i32, into: usize, space: i32): i32 {
  list = into;
  marked = 0;
  spacing = space;
  tokens = 0;
  before = 0;
  beforeLead = 0;
  weakStrength = 0;
  for (let index = from; index < to; index++) {
    const block = blockAt(outline, index);
    const start = at(outline, index);
    const end = at(outline, index + 1);
    const strong = strength(outline, index);
    if (strong != headingEnd) beforeLead = tokens;
    mark(start, tokens, strong, key(outline, index));
    if (isTable(block)) table(block, start, end);
    else lines(start, end, meansLines(block));
  }
  put(list, marked, at(outline, to), tokens, 0, 0, -1);
  return marked;
}

function lines(start: i32, end: i32, haveMeaning: bool): void {
  let index = start;
  while (index < end) {
    const next = wordEnd(index, end);
    const more = count(index, next);
    if (more > spacing && next - index > 1) parts(index, next);
    else tokens += more;
    index = skipSpace(next, end);
    if (index < end) place(index, strengthOfGap(next, index, haveMeaning), end, haveMeaning);
  }
}

function table(block: i32, start: i32, end: i32): void {
  let room = rowRoom(block) - (tokens - beforeLead);
  tableAt(start, end);
  for (let index = start; index < end; ) {
    const next = rowAfter(index);
    const more = count(index, next);
    if (more <= room) tokens += more;
    else lines(index, next, true);
    if (next < end) place(next, strengthOfGap(trimEnd(0, next), next, true), end, true);
    room = rowRoom(block);
    index = next;
  }
}

/** Counts a word in parts and offers the places between them. */
function parts(start: i32, end: i32): void {
  let part = start;
  for (let index = start + 1; index < end; index++) {
    const strong = strengthInWord(index);
    // Half of it beyond ASCII.
    const units = unitAt(index - 1) < 0x80 ? (index - part) : (index - part) * 2;
    if (strong == character && units < spacing) continue;
    if (!isGraphemeBoundary(index)) continue;
    tokens += count(part, index);
    part = index;
    place(index, strong, end, false);
  }
  tokens += count(part, end);
}

function place(index: i32, strong: i32, end: i32, haveMeaning: bool): void {
  if (strong <= sentence) {
    mark(index, tokens, strong, haveMeaning ? lineKey(index, end) : keyOf(index, end));
    return;
  }
  if (tokens - before > spacing && weakStrength > 0) mark(weakAt, weakTokens, weakStrength, weakKey);
  if (weakStrength > 0 && strong > weakStrength) return;
  const hash = keyOf(index, min(end, index + weakKeyCharacters));
  if (weakStrength == 0 || strong < weakStrength || hash > weakKey) {
    weakAt = index;
    weakTokens = tokens;
    weakStrength = strong;
    weakKey = hash;
  }
}

function mark(index: i32, sum: i32, strong: i32, hash: u32): void {
  put(list, marked++, index, sum, strong, hash, -1);
  before = sum;
  weakStrength = 0;
}
