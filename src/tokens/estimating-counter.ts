// Estimates tokens by script, for unknown tokenizers. It rather counts too many: a chunk that is too long costs a refused
// request, one that is a little short costs nothing.
import { isSpace, wideSpaces } from '../text/whitespace.js';
import { estimateKernel } from './estimate-kernel/kernel.js';
import type { CountedTexts, SpanCounter } from './span-counter.js';

/** Start and end of sequence, in almost all embedding models. */
const specialTokens = 2;

/** A run of up to this many Latin letters is mostly one token … */
const wholeLetters = 5;
/** … and a longer one breaks into pieces of about this length … */
const pieceLetters = 4;
/** … or of two letters, for words that no language has. */
const maxWordLength = 24;
/** A name in code, glued to punctuation, is more often rare than a word of prose. */
const minNameLength = 4;

// Classes of UTF-16 code units.
const spaceClass = 0;
const letterClass = 1;
const upperClass = 2;
/** Alphabets with short pieces: two letters a token. */
const shortClass = 3;
/** ASCII other than letters: what follows it at once is glued to it. */
const signClass = 4;
const singleClass = 5;
const doubleClass = 6;
const freeClass = 7;
const classCount = 8;

/** A counter for any model. Its counts never change within `estimate/1`. */
export function estimateCounter(): SpanCounter {
  return {
    id: 'estimate/1',
    special: specialTokens,
    count: (text) => estimate(text, 0, text.length),
    countSpan: estimate,
    countedTexts,
  };
}

let kernel: CountedTexts | undefined;

function countedTexts(): CountedTexts {
  kernel ??= estimateKernel(classes, steps);
  return kernel;
}

/**
 * One look into a table a character: the state is all that the next character's cost depends on. To branch on each
 * character takes three times as long, as nothing foretells the branches.
 */
function estimate(text: string, start: number, end: number): number {
  let total = 0;
  let state = gap;
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    const step = steps[state + classes[code]!]!;
    state = step & stateMask;
    total += step >> stateBits;
  }
  return total;
}

// States: places in `steps`, so multiples of the number of classes.
/** After anything that doesn't count below. */
const gap = 0;
const afterSign = classCount;
/** In a run of letters of short pieces: an odd number of them, or an even one. */
const shortOdd = 2 * classCount;
const shortEven = 3 * classCount;
/** In a run of Latin letters: each number of them, by case of the last one, and whether a sign is before the run. */
const firstLetters = 4;
/** From here on, an even number of letters more is the same state. */
const maxLetters = maxWordLength + 2;
const stateBits = 10;
const stateMask = (1 << stateBits) - 1;

function lettersState(letters: number, isUpper: boolean, isGlued: boolean): number {
  return (firstLetters + letters * 4 + (isUpper ? 2 : 0) + (isGlued ? 1 : 0)) * classCount;
}

/** For each state and class: the next state, and above `stateBits` the tokens that the character adds. */
const steps = new Uint16Array(lettersState(maxLetters + 1, false, false));

function addStep(state: number, kind: number, next: number, tokens: number): void {
  steps[state + kind] = next | (tokens << stateBits);
}

function tokensOf(letters: number, isGlued: boolean): number {
  if (letters === 0) return 0;
  const name = isGlued && letters >= minNameLength ? 1 : 0;
  if (letters <= wholeLetters) return 1 + name;
  return Math.ceil(letters / (letters <= maxWordLength ? pieceLetters : 2)) + name;
}

/** The steps of a state that is no run of letters, or of one that the character ends. */
function addSteps(state: number): void {
  const isGlued = state === afterSign;
  addStep(state, spaceClass, gap, 0);
  addStep(state, letterClass, lettersState(1, false, isGlued), 1);
  addStep(state, upperClass, lettersState(1, true, isGlued), 1);
  addStep(state, shortClass, state === shortOdd ? shortEven : shortOdd, state === shortOdd ? 0 : 1);
  addStep(state, signClass, afterSign, 1);
  addStep(state, singleClass, gap, 1);
  addStep(state, doubleClass, gap, 2);
  addStep(state, freeClass, gap, 0);
}

for (const state of [gap, afterSign, shortOdd, shortEven]) addSteps(state);
for (let letters = 1; letters <= maxLetters; letters++) {
  for (const isUpper of [false, true]) {
    for (const isGlued of [false, true]) {
      const state = lettersState(letters, isUpper, isGlued);
      const next = letters < maxLetters ? letters + 1 : maxLetters - 1;
      const tokens = tokensOf(letters + 1, isGlued) - tokensOf(letters, isGlued);
      addSteps(state);
      addStep(state, letterClass, lettersState(next, false, isGlued), tokens);
      // A capital after a small letter starts a word: camelCase.
      if (isUpper) addStep(state, upperClass, lettersState(next, true, isGlued), tokens);
    }
  }
}

/** The class of the units beyond ASCII up to before each of these. */
const wideClasses: [before: number, kind: number][] = [
  // Latin-1 signs and other punctuation: many tokenizers spell them in two bytes.
  [0xc0, doubleClass],
  // Latin letters with accents cost a token of their own in many vocabularies, and break the word.
  [0x370, singleClass],
  // Greek, Cyrillic, Armenian, Hebrew, Arabic.
  [0x780, shortClass],
  // Scripts of South and South-East Asia, spelled nearly letter by letter.
  [0x1e00, singleClass],
  [0x2000, shortClass],
  // Punctuation, arrows, mathematics, box drawing.
  [0x2e80, doubleClass],
  // Chinese, Japanese, Korean and their punctuation.
  [0x3000, singleClass],
  [0x3020, doubleClass],
  [0xd800, singleClass],
  // Emoji and rare ideographs: four bytes, two of them for each surrogate.
  [0xe000, doubleClass],
  [0xfe00, doubleClass],
  [0xfe10, freeClass],
  [0x10000, doubleClass],
];

/** The class of each unit. */
const classes = new Uint8Array(0x10000);
let from = 0x80;
for (const [before, kind] of wideClasses) {
  classes.fill(kind, from, before);
  from = before;
}
for (const space of wideSpaces) classes[space] = spaceClass;
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (isSpace(code)) classes[code] = spaceClass;
  else if (/[a-z]/.test(character)) classes[code] = letterClass;
  else if (/[A-Z]/.test(character)) classes[code] = upperClass;
  else classes[code] = signClass;
}
