// Places where the text may be cut, in order: a twin of chunks/marks.ts. A mark is 16 bytes: index, tokens before it, key, and
// its strength with the block that starts there.
import { unitAt } from './text';

const keyCharacters: i32 = 48;
/** Bytes of a mark, as a shift. */
const markShift: usize = 4;
const deepestLine: i32 = 255;

// Lists of marks are addresses; `list` is of the first mark.
// @ts-ignore: a decorator of the compiler
@inline export function at(list: usize, index: i32): i32 {
  return load<i32>(list + (<usize>index << markShift));
}

// @ts-ignore: a decorator of the compiler
@inline export function tokens(list: usize, index: i32): i32 {
  return load<i32>(list + (<usize>index << markShift), 4);
}

// @ts-ignore: a decorator of the compiler
@inline export function key(list: usize, index: i32): u32 {
  return load<u32>(list + (<usize>index << markShift), 8);
}

// @ts-ignore: a decorator of the compiler
@inline export function strength(list: usize, index: i32): i32 {
  return <i32>load<u8>(list + (<usize>index << markShift), 12);
}

/** The block that starts at a mark; -1 for text before all blocks. */
// @ts-ignore: a decorator of the compiler
@inline export function blockAt(list: usize, index: i32): i32 {
  return (load<i32>(list + (<usize>index << markShift), 12) >> 8) - 1;
}

/** Sets a mark; the one after the last has the end of the text and all tokens. */
export function put(list: usize, index: i32, place: i32, before: i32, strong: i32, hash: u32, block: i32): void {
  const mark = list + (<usize>index << markShift);
  store<i32>(mark, place);
  store<i32>(mark, before, 4);
  store<u32>(mark, hash, 8);
  store<i32>(mark, strong | ((block + 1) << 8), 12);
}

export function keyOf(start: i32, end: i32): u32 {
  const stop = min(end, start + keyCharacters);
  let hash: u32 = 0x811c9dc5;
  for (let index = start; index < stop; index++) hash = (hash ^ <u32>unitAt(index)) * 0x01000193;
  hash = (hash ^ (hash >> 15)) * 0x2c1b3c6d;
  return hash ^ (hash >> 13);
}

/** Key of a line of code. */
export function lineKey(start: i32, end: i32): u32 {
  let line = start;
  while (line > 0 && unitAt(line - 1) != 0x0a) line--;
  const first = unitAt(start);
  const closes = first == 0x29 || first == 0x5d || first == 0x7d;
  const depth = closes ? deepestLine : min(start - line, deepestLine);
  return (<u32>(deepestLine - depth) << 24) | (keyOf(start, end) >> 8);
}

/** Sets what is before a mark, and its key. */
export function setSums(list: usize, index: i32, before: i32, hash: u32): void {
  const mark = list + (<usize>index << markShift);
  store<i32>(mark, before, 4);
  store<u32>(mark, hash, 8);
}

/** Sets the strength of the first mark. */
export function setStrength(list: usize, strong: u8): void {
  store<u8>(list, strong, 12);
}
