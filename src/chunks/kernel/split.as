// Splits a document in one call, in AssemblyScript: `npm run kernel` compiles this folder into compiled.ts. Each file is the
// twin of one in chunks/, in the same words; kernel.ts says when it is used, and what proves that both give the same.
import { setBlocks } from './blocks';
import { bestCut, sectionCut, worstBlockRank, worstRank } from './cut';
import { at, strength, tokens } from './marks';
import { outline } from './outline';
import { refine } from './refine';
import { addPiece, contextOf, finishRows, rowCount, setRows } from './rows';
import { count, deepestSection, setText, skipSpace, trimEnd } from './text';

/** The best place near the middle of a text that must become two; -1 for one character. */
// @ts-ignore: a decorator of the compiler
@external('document', 'middleOf')
declare function middleOf(start: i32, end: i32): i32;

const placesPerChunk: i32 = 8;

let size: i32 = 0;
let core: i32 = 0;
/** A stack of runs of marks: two numbers each, as in split.ts. */
let runs: usize = 0;
let top: i32 = 0;

export function setDocument(text: usize, length: i32, roles: usize, blocks: usize, blockCount: i32): void {
  setText(text, length, roles);
  setBlocks(blocks, blockCount);
}

/**
 * @param free where the kernel's own lists begin: marks of blocks, marks inside of blocks, runs, rows, each as long as
 * kernel.ts says
 * @returns the number of rows at `rows`
 */
export function split(
  length: i32, most: i32, overlap: i32, hasContexts: bool, marks: usize, fine: usize, stack: usize, rows: usize,
): i32 {
  size = most;
  core = most - overlap;
  runs = stack;
  top = 0;
  setRows(rows, most, overlap, hasContexts);
  push(outline(marks, length));
  push(0);
  const spacing = max(1, core / placesPerChunk);
  while (top > 0) {
    const fits = divide(marks, worstBlockRank);
    const from = pop();
    const to = pop();
    if (fits) {
      addTrimmed(at(marks, from), at(marks, to), tokens(marks, to) - tokens(marks, from));
    } else {
      const bottom = top;
      push(refine(marks, from, to, fine, spacing));
      push(0);
      while (top > bottom) {
        divide(fine, worstRank);
        const start = pop();
        const end = pop();
        addCounted(at(fine, start), at(fine, end), capacity(fine, start));
      }
    }
  }
  finishRows();
  return rowCount;
}

function push(mark: i32): void {
  store<i32>(runs + (<usize>top << 2), mark);
  top++;
}

function pop(): i32 {
  top--;
  return load<i32>(runs + (<usize>top << 2));
}

/** Cuts the last run of the stack, and the first of its parts again. @returns whether that fits */
function divide(marks: usize, worst: i32): bool {
  const from = pop();
  let to = pop();
  while (true) {
    const fits = fit(marks, from, to);
    const cut = fits ? sectionCut(marks, from, to, size) : bestCut(marks, from, to, core, worst);
    push(to);
    if (cut < 0) {
      push(from);
      return fits;
    }
    push(cut);
    to = cut;
  }
}

function fit(marks: usize, from: i32, to: i32): bool {
  const room = capacity(marks, from) - (tokens(marks, to) - tokens(marks, from));
  return room >= 0 && contextOf(at(marks, from), at(marks, to)) <= room;
}

function capacity(marks: usize, from: i32): i32 {
  return strength(marks, from) <= deepestSection ? size : core;
}

function addTrimmed(start: i32, end: i32, sum: i32): void {
  const trimmed = trimEnd(start, end);
  if (trimmed > start) addPiece(start, trimmed, sum);
}

function addCounted(start: i32, end: i32, most: i32): void {
  const trimmed = trimEnd(start, end);
  const sum = count(start, trimmed);
  const fits = sum <= most && sum + contextOf(start, trimmed) <= most;
  const middle = fits ? -1 : middleOf(start, trimmed);
  if (middle < 0) {
    addTrimmed(start, trimmed, sum);
  } else {
    addCounted(start, middle, most);
    addCounted(skipSpace(middle, trimmed), trimmed, most);
  }
}
