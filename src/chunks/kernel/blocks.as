// The document's blocks, as kernel.ts writes them: 16 bytes each, its start, end and line, and what it is.

const blockShift: usize = 4;

// What a block is: its level, below these bits.
/** Opens or ends a section. */
const sectionBit: i32 = 0x100;
const headingBit: i32 = 0x200;
/** Its line ends have a meaning. */
const linesBit: i32 = 0x400;
const tableBit: i32 = 0x800;

let blocks: usize = 0;
export let blockCount: i32 = 0;

export function setBlocks(at: usize, count: i32): void {
  blocks = at;
  blockCount = count;
}

// @ts-ignore: a decorator of the compiler
@inline export function startOf(block: i32): i32 {
  return load<i32>(blocks + (<usize>block << blockShift));
}

// @ts-ignore: a decorator of the compiler
@inline export function endOf(block: i32): i32 {
  return load<i32>(blocks + (<usize>block << blockShift), 4);
}

// @ts-ignore: a decorator of the compiler
@inline export function lineOf(block: i32): i32 {
  return load<i32>(blocks + (<usize>block << blockShift), 8);
}

// @ts-ignore: a decorator of the compiler
@inline function kindOf(block: i32): i32 {
  return load<i32>(blocks + (<usize>block << blockShift), 12);
}

/** From 1 on, for a block of a section. */
export function levelOf(block: i32): i32 {
  return kindOf(block) & 0xff;
}

export function isSection(block: i32): bool {
  return (kindOf(block) & sectionBit) != 0;
}

export function isHeading(block: i32): bool {
  return (kindOf(block) & headingBit) != 0;
}

/** -1 is no block: prose. */
export function meansLines(block: i32): bool {
  return block >= 0 && (kindOf(block) & linesBit) != 0;
}

export function isTable(block: i32): bool {
  return block >= 0 && (kindOf(block) & tableBit) != 0;
}
