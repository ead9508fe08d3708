// Marks at the starts of blocks: a twin of chunks/outline.ts.
import { blockCount, endOf, isHeading, isSection, levelOf, startOf } from './blocks';
import { at, keyOf, put, setStrength, setSums } from './marks';
import { block, count, headingEnd, isAnnounced, isBetweenWords, skipSpace } from './text';

/** @param marks where they go @returns their number */
export function outline(marks: usize, length: i32): i32 {
  let marked = 0;
  let afterHeading = false;
  for (let index = 0; index < blockCount; index++) {
    const end = endOf(index);
    const start = skipSpace(startOf(index), end);
    if (start == end || !isBetweenWords(start)) continue;
    if (marked == 0) {
      const first = skipSpace(0, start);
      if (first < start) put(marks, marked++, first, 0, block, 0, -1);
    }
    put(marks, marked++, start, 0, strengthOf(index, afterHeading), 0, index);
    afterHeading = isHeading(index);
  }
  if (marked == 0) put(marks, marked++, skipSpace(0, length), 0, block, 0, -1);
  // The first chunk has no overlap, like one that starts a section.
  setStrength(marks, 1);
  put(marks, marked, length, 0, 0, 0, -1);
  let tokens = 0;
  for (let index = 0; index < marked; index++) {
    const start = at(marks, index);
    const end = at(marks, index + 1);
    setSums(marks, index, tokens, isAnnounced(0, start) ? 0 : keyOf(start, end));
    tokens += count(start, end);
  }
  setSums(marks, marked, tokens, 0);
  return marked;
}

function strengthOf(index: i32, afterHeading: bool): i32 {
  if (afterHeading) return headingEnd;
  return isSection(index) ? levelOf(index) : block;
}
