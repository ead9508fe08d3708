// Estimates the tokens of a part of a text, in AssemblyScript; `npm run kernel` compiles it into compiled.ts. It knows no
// rule: classes and steps are those of estimating-counter.ts, which puts them into its memory.

/** A byte of the class of each UTF-16 unit. */
const classes = memory.data(65536);
/** For each state and class, two bytes: the next state, and above it the tokens that the character adds. */
const steps = memory.data(2048, 16);

const stateBits: i32 = 10;
const stateMask: i32 = (1 << stateBits) - 1;
/** Slices of so many characters are counted from both halves at once. */
const worthTwo: i32 = 64;

export function classesAt(): usize {
  return classes;
}

export function stepsAt(): usize {
  return steps;
}

/** The first address that is free for the caller. */
export function free(): usize {
  return (__heap_base + 15) & ~15;
}

// @ts-ignore: a decorator of the compiler
@inline function classAt(text: usize, index: i32): i32 {
  return <i32>load<u8>(classes + <usize>load<u16>(text + (<usize>index << 1)));
}

// @ts-ignore: a decorator of the compiler
@inline function stepOf(state: i32, kind: i32): i32 {
  return <i32>load<u16>(steps + (<usize>(state + kind) << 1));
}

/** Tokens of the text at `text`, from its unit `from` to before its unit `to`. */
export function count(text: usize, from: i32, to: i32): i32 {
  if (to - from < worthTwo) return rest(text, from, to, 0);
  // Each step waits for the one before. At white space the state is 0, so two parts can go on side by side.
  let middle = (from + to) >> 1;
  while (middle < to && classAt(text, middle) != 0) middle++;
  const both = min(middle - from, to - middle);
  let total = 0;
  let left = 0;
  let right = 0;
  for (let index = 0; index < both; index++) {
    const one = stepOf(left, classAt(text, from + index));
    const other = stepOf(right, classAt(text, middle + index));
    left = one & stateMask;
    right = other & stateMask;
    total += (one >> stateBits) + (other >> stateBits);
  }
  return total + rest(text, from + both, middle, left) + rest(text, middle + both, to, right);
}

// @ts-ignore: a decorator of the compiler
@inline function rest(text: usize, from: i32, to: i32, before: i32): i32 {
  let total = 0;
  let state = before;
  for (let index = from; index < to; index++) {
    const step = stepOf(state, classAt(text, index));
    state = step & stateMask;
    total += step >> stateBits;
  }
  return total;
}
