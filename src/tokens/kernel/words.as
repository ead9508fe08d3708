// Counts the tokens of a part of a text, word by word, with a memory of the words' counts. In AssemblyScript; `npm run kernel`
// compiles it into compiled.ts. It cuts the text as wordpiece-counter.ts does, and remembers what that counted: it knows
// no vocabulary. The text is UTF-16, at an address of the caller's, with 32 bytes behind it that may be read.

/** A run of ASCII letters and digits that isn't remembered. @returns its tokens */
// @ts-ignore: a decorator of the compiler
@external('counter', 'run')
declare function runTokens(start: i32, end: i32): i32;

/** The rest of a word from `start` on, before `end`, which holds other characters. @returns its tokens */
// @ts-ignore: a decorator of the compiler
@external('counter', 'word')
declare function wordTokens(start: i32, end: i32): i32;

/** Where the word of the last call of `wordTokens` ends. */
// @ts-ignore: a decorator of the compiler
@external('counter', 'wordEnd')
declare function lastWordEnd(): i32;

// Classes of ASCII characters, as in wordpiece-counter.ts.
const letter: u32 = 1;
const punctuation: u32 = 2;
const space: u32 = 4;
const other: u32 = 5;

/** Bytes of the class of each ASCII character. */
const classes = memory.data(128);
/** Sets of two words. A word is its characters in lower case, in 15 bytes, and its tokens in the last one. */
const sets: usize = 16384;
const words = memory.data(524288, 16);

export function classesAt(): usize {
  return classes;
}

/** The first address that is free for the caller. */
export function free(): usize {
  return (__heap_base + 15) & ~15;
}

/** Characters that a vector of them holds. */
const lanes: i32 = 16;
/** Characters of a word that is remembered. */
const mostRemembered: i32 = 15;

/** One bit for each of 16 bytes that is from `first` to `first + count - 1`. */
// @ts-ignore: a decorator of the compiler
@inline function inRange(bytes: v128, first: u8, count: u8): v128 {
  return i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(first)), i8x16.splat(count));
}

/** The first `length` bytes of a word in lower case, the others 0. */
// @ts-ignore: a decorator of the compiler
@inline function folded(bytes: v128, length: i32): v128 {
  const lower = v128.or(bytes, v128.and(inRange(bytes, 65, 26), i8x16.splat(0x20)));
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(lower, i8x16.lt_u(places, i8x16.splat(<i8>length)));
}

/** The set of a word. */
// @ts-ignore: a decorator of the compiler
@inline function setOf(word: v128): usize {
  const mixed = <u64>i64x2.extract_lane(word, 0) ^ (<u64>i64x2.extract_lane(word, 1) * 0x9e3779b97f4a7c15);
  return words + (<usize>((mixed * 0xff51afd7ed558ccd) >> 50) << 5);
}

/** Tokens of the word, or 0 when it isn't remembered. */
// @ts-ignore: a decorator of the compiler
@inline function remembered(word: v128): i32 {
  const low = <u64>i64x2.extract_lane(word, 0);
  const high = <u64>i64x2.extract_lane(word, 1);
  const set = setOf(word);
  if (load<u64>(set) == low && (load<u64>(set, 8) & 0x00ffffffffffffff) == high) return load<u8>(set, 15);
  if (load<u64>(set, 16) == low && (load<u64>(set, 24) & 0x00ffffffffffffff) == high) return load<u8>(set, 31);
  return 0;
}

/** Puts a word into the first place of its set, and the one there into the second. */
// @ts-ignore: a decorator of the compiler
@inline function remember(word: v128, tokens: i32): void {
  if (tokens < 1 || tokens > 255) return;
  const set = setOf(word);
  v128.store(set + 16, v128.load(set));
  v128.store(set, i8x16.replace_lane(word, 15, <i8>tokens));
}

/** Tokens of the text at `text`, from its unit `from` to before its unit `to`. */
export function count(text: usize, from: i32, to: i32): i32 {
  let total = 0;
  let at = from;
  while (at < to) {
    // Once for each word between white space.
    const first = at;
    let tokens = 0;
    while (at < to) {
      const unit = <u32>load<u16>(text + (<usize>at << 1));
      const kind = unit < 128 ? <u32>load<u8>(classes + unit) : other;
      if (kind == punctuation) {
        tokens++;
        at++;
        continue;
      }
      if (kind == space || (unit >= 128 && isWideSpace(unit))) {
        at++;
        break;
      }
      const place = text + (<usize>(kind == letter ? at : first) << 1);
      const bytes = i8x16.narrow_i16x8_u(v128.load(place), v128.load(place, 16));
      if (kind == letter) {
        const ends = ~i8x16.bitmask(v128.or(inRange(v128.or(bytes, i8x16.splat(0x20)), 97, 26), inRange(bytes, 48, 10)));
        const length = min<i32>(ctz<i32>(ends), to - at);
        if (length <= mostRemembered) {
          const word = folded(bytes, length);
          let known = remembered(word);
          if (known == 0) {
            known = runTokens(at, at + length);
            remember(word, known);
          }
          tokens += known;
          at += length;
        } else {
          const run = at;
          do {
            at++;
          } while (at < to && isLetter(<u32>load<u16>(text + (<usize>at << 1))));
          tokens += runTokens(run, at);
        }
        continue;
      }
      // The word is counted as a whole, from its first character on.
      const gaps = i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(32)), inRange(bytes, 9, 5)));
      // What is no ASCII, or 0, is a word for the caller: a key couldn't tell it from its end.
      const strange = i8x16.bitmask(v128.or(i8x16.lt_s(bytes, i8x16.splat(0)), i8x16.eq(bytes, i8x16.splat(0))));
      const length = min<i32>(ctz<i32>(gaps | 0x10000), to - first);
      if (length <= mostRemembered && (strange & ((1 << length) - 1)) == 0) {
        const word = folded(bytes, length);
        tokens = remembered(word);
        if (tokens == 0) {
          tokens = wordTokens(first, to);
          remember(word, tokens);
        }
        at = first + length;
      } else {
        tokens = wordTokens(first, to);
        at = lastWordEnd();
      }
      break;
    }
    total += tokens;
  }
  return total;
}

/** White space beyond ASCII, as in text/whitespace.ts. */
function isWideSpace(unit: u32): bool {
  if (unit == 0x85 || unit == 0xa0) return true;
  if (unit < 0x1680) return false;
  return (
    unit == 0x1680 || (unit >= 0x2000 && unit <= 0x200a) || unit == 0x2028 || unit == 0x2029 ||
    unit == 0x202f || unit == 0x205f || unit == 0x3000 || unit == 0xfeff
  );
}

// @ts-ignore: a decorator of the compiler
@inline function isLetter(unit: u32): bool {
  return unit < 128 && <u32>load<u8>(classes + unit) == letter;
}
