// The document's text, UTF-16 at an address with zeros behind it, and what stands in it: spaces, words, boundaries. A twin
// of text/whitespace.ts and chunks/boundaries.ts.

// @ts-ignore: a decorator of the compiler
@external('document', 'startsLower')
declare function startsWideLower(index: i32): i32;

// @ts-ignore: a decorator of the compiler
@external('document', 'isGraphemeBoundary')
declare function isWideBoundary(index: i32): i32;

/** Tokens of the text at `at`, from its unit `from` to before its unit `to`. */
// @ts-ignore: a decorator of the compiler
@external('counter', 'count')
declare function countAt(at: usize, from: i32, to: i32): i32;

// Strengths of boundaries, as in chunks/boundaries.ts.
export const deepestSection: i32 = 12;
export const block: i32 = 13;
export const blankLine: i32 = 14;
export const sentence: i32 = 15;
export const clause: i32 = 16;
export const word: i32 = 17;
export const character: i32 = 18;
export const headingEnd: i32 = 19;

const stopBit: i32 = 1;
const pauseBit: i32 = 2;
const closerBit: i32 = 4;

let text: usize = 0;
let length: i32 = 0;
/** A byte for each UTF-16 unit: its role at the end of a word. */
let roles: usize = 0;

export function setText(at: usize, units: i32, rolesAt: usize): void {
  text = at;
  length = units;
  roles = rolesAt;
}

// @ts-ignore: a decorator of the compiler
@inline export function unitAt(index: i32): i32 {
  return <i32>load<u16>(text + (<usize>index << 1));
}

// @ts-ignore: a decorator of the compiler
@inline export function count(start: i32, end: i32): i32 {
  return countAt(text, start, end);
}

// @ts-ignore: a decorator of the compiler
@inline function roleAt(index: i32): i32 {
  return <i32>load<u8>(roles + <usize>unitAt(index));
}

// @ts-ignore: a decorator of the compiler
@inline export function isSpace(unit: i32): bool {
  return unit < 0x80 ? unit == 0x20 || <u32>(unit - 9) < 5 : isWideSpace(unit);
}

function isWideSpace(unit: i32): bool {
  if (unit == 0x85 || unit == 0xa0) return true;
  if (unit < 0x1680) return false;
  return (
    unit == 0x1680 || (unit >= 0x2000 && unit <= 0x200a) || unit == 0x2028 || unit == 0x2029 ||
    unit == 0x202f || unit == 0x205f || unit == 0x3000 || unit == 0xfeff
  );
}

export function skipSpace(start: i32, end: i32): i32 {
  let index = start;
  while (index < end && isSpace(unitAt(index))) index++;
  return index;
}

export function trimEnd(start: i32, end: i32): i32 {
  let index = end;
  while (index > start && isSpace(unitAt(index - 1))) index--;
  return index;
}

export function wordEnd(start: i32, end: i32): i32 {
  let index = start;
  while (index < end && !isSpace(unitAt(index))) index++;
  return index;
}

export function wordStart(floor: i32, end: i32): i32 {
  let index = end - 1;
  while (index > floor && !isSpace(unitAt(index - 1))) index--;
  return index;
}

/** The first line break from `index` on; a number far behind the text when there is none. */
export function lineBreak(index: i32): i32 {
  const breaks = i16x8.splat(0x0a);
  let found = index;
  for (; found + 8 <= length; found += 8) {
    const lanes = i16x8.bitmask(i16x8.eq(v128.load(text + (<usize>found << 1)), breaks));
    if (lanes != 0) return found + ctz(lanes);
  }
  while (found < length && unitAt(found) != 0x0a) found++;
  return found < length ? found : i32.MAX_VALUE;
}

export function isBetweenWords(index: i32): bool {
  return index == 0 || isSpace(unitAt(index - 1)) || isSpace(unitAt(index));
}

/** Whether the text before `start` ends in a colon. */
export function isAnnounced(floor: i32, start: i32): bool {
  const end = trimEnd(floor, start);
  return end > 0 && unitAt(end - 1) == 0x3a;
}

export function strengthOfGap(start: i32, end: i32, lines: bool): i32 {
  let breaks = 0;
  for (let index = start; index < end; index++) if (unitAt(index) == 0x0a) breaks++;
  if (breaks > 1) return blankLine;
  if (lines && breaks == 1) return sentence;
  let last = start - 1;
  while (last > 0 && (roleAt(last) & closerBit) != 0) last--;
  const role = last < 0 ? 0 : roleAt(last);
  if (!lines && (role & stopBit) != 0 && !startsLower(end)) return sentence;
  return breaks == 1 || (role & (stopBit | pauseBit)) != 0 ? clause : word;
}

function startsLower(index: i32): bool {
  if (index >= length) return false;
  const unit = unitAt(index);
  return unit < 0x80 ? <u32>(unit - 0x61) < 26 : startsWideLower(index) != 0;
}

export function strengthInWord(index: i32): i32 {
  const role = roleAt(index - 1);
  if (role == 0 || (roleAt(index) & closerBit) != 0) return character;
  return unitAt(index - 1) > 0x7f && (role & stopBit) != 0 ? sentence : clause;
}

export function isGraphemeBoundary(index: i32): bool {
  const before = unitAt(index - 1);
  const after = unitAt(index);
  if (isPlainLetter(before) && isPlainLetter(after)) return before != 0x0d || after != 0x0a;
  return isWideBoundary(index) != 0;
}

// @ts-ignore: a decorator of the compiler
@inline function isPlainLetter(unit: i32): bool {
  return unit < 0x300 || (unit >= 0x370 && unit <= 0x482);
}
