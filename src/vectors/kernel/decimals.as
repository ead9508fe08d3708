// Reads the decimals of vectors, as float32, and proves which of them are the ones that our printer writes; and prints them. In
// AssemblyScript; `npm run kernel` compiles it into compiled.ts. It takes what servers print for float32, `-0.0123,0.45]`, and leaves
// all else to its caller. All memory belongs to the caller; behind the input there must be 32 zeros, which end every loop.

/** 10^0 to 10^15, all exact in a double. */
const powers: StaticArray<f64> = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
/** 10^-1 to 10^-9. */
const tenths: StaticArray<f64> = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9];

const zeros: u64 = 0x3030303030303030;
const openBracket: u32 = 0x5b;
const closeBracket: u32 = 0x5d;
const comma: u32 = 0x2c;
const minus: u32 = 0x2d;
/** `0.`, as it is read. */
const zeroPoint: u32 = 0x2e30;
/** More digits might not fit exactly into a double. */
const mostDecimals: i32 = 15;

/** The first address that is free for the caller. */
export function free(): usize {
  return (__heap_base + 15) & ~15;
}

/** How many of eight bytes, each a digit's value if it was one, are digits, up to the first that isn't. */
// @ts-ignore: a decorator of the compiler
@inline function digitsIn(word: u64): i32 {
  return <i32>(ctz<u64>((word + 0x7676767676767676 | word) & 0x8080808080808080) >> 3);
}

/** The number of eight digits' values, the first in the lowest byte: by pairs, by fours, by eights. */
// @ts-ignore: a decorator of the compiler
@inline function numberOf(word: u64): u64 {
  word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
  word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffff;
  return (word * 10000 + (word >> 32)) & 0xffffffff;
}

/**
 * Whether the printer (decimals.ts) writes a float32 in these digits. It asks what the printer asks: is this the nearest
 * number with so many digits, is it near enough to be this float32, and would one digit less be too few?
 * @param bits of the float32
 * @param mantissa the digits behind `0.`, as an integer
 */
// @ts-ignore: a decorator of the compiler
@inline function isPrinted(bits: u32, mantissa: u64, decimals: i32): bool {
  const magnitude = <f64>reinterpret<f32>(bits & 0x7fffffff);
  if (!(magnitude >= 1e-6 && magnitude < 1)) return false;
  let zeros = 0;
  if (magnitude < 0.1) {
    if (magnitude >= 0.01) zeros = 1;
    else if (magnitude >= 1e-3) zeros = 2;
    else if (magnitude >= 1e-4) zeros = 3;
    else zeros = magnitude >= 1e-5 ? 4 : 5;
  }
  const digits = decimals - zeros;
  if (digits < 1 || digits > 9) return false;
  const step = unchecked(powers[9 - digits]);
  const integer = <f64>mantissa * step;
  // Other zeros than its float32 has, or needless ones at the end.
  if (integer < 1e8 || integer >= 1e9 || mantissa % 10 == 0) return false;
  const scale = unchecked(powers[9 + zeros]);
  const scaled = magnitude * scale;
  const halfUlp = reinterpret<f64>(<u64>(((bits >> 23) & 255) + 1023 - 127 - 24) << 52);
  const reach = halfUlp * scale - 1e-6;
  const distance = abs(integer - scaled);
  if (distance > 0.499999 * step || (digits < 9 && distance >= reach)) return false;
  if (digits == 1) return true;
  const shorter = <f64>(<i32>(scaled * unchecked(tenths[9 - digits]) + 0.5)) * step * 10;
  return abs(shorter - scaled) > reach + 1e-5;
}

let stop: usize = 0;

/** Where the last call of `vectors` stopped: what it couldn't read begins there, or before. */
export function stopped(): usize {
  return stop;
}

/**
 * Reads vectors that follow each other as `[…],[…]`, until one isn't of `dimensions` plain numbers.
 * @param at the bracket of the first one
 * @param out takes their float32 values
 * @param marks takes three 32-bit words for each: the addresses of its digits' first byte and of the bracket behind them,
 *   and whether all of them are proven
 * @param most vectors
 * @returns how many were read
 */
export function vectors(at: usize, dimensions: i32, out: usize, marks: usize, most: i32): i32 {
  let read = 0;
  while (read < most && isVector(at, dimensions, out, marks)) {
    read++;
    at = stop;
    if (<u32>load<u8>(at) != comma) break;
    at++;
    out += <usize>dimensions << 2;
    marks += 12;
  }
  return read;
}

/** Reads one vector. `stop` is behind it, or where it isn't one. */
function isVector(at: usize, dimensions: i32, out: usize, marks: usize): bool {
  stop = at;
  if (<u32>load<u8>(at) != openBracket) return false;
  const first = ++at;
  let printed = true;
  let next: u32 = comma;
  let i = 0;
  for (; i < dimensions && next == comma; i++) {
    stop = at;
    const sign: u32 = <u32>(<u32>load<u8>(at) == minus);
    at += sign;
    stop = at;
    if (<u32>load<u16>(at) != zeroPoint) return false;
    at += 2;
    let word = load<u64>(at) ^ zeros;
    let decimals = digitsIn(word);
    let mantissa: u64;
    if (decimals < 8) {
      mantissa = numberOf(word << ((8 - decimals) << 3));
    } else {
      mantissa = numberOf(word);
      word = load<u64>(at, 8) ^ zeros;
      const more = digitsIn(word);
      if (more > mostDecimals - 8) return false;
      if (more > 0) mantissa = mantissa * <u64>unchecked(powers[more]) + numberOf(word << ((8 - more) << 3));
      decimals += more;
    }
    at += decimals;
    stop = at;
    if (decimals == 0) return false;
    const value = <f32>(<f64>mantissa / unchecked(powers[decimals]));
    const bits = reinterpret<u32>(value) | (sign << 31);
    store<u32>(out, bits);
    out += 4;
    if (printed) printed = isPrinted(bits, mantissa, decimals);
    next = <u32>load<u8>(at++);
  }
  if (i != dimensions || next != closeBracket) return false;
  stop = at;
  store<u32>(marks, <u32>first);
  store<u32>(marks, <u32>(at - 1), 4);
  store<u32>(marks, <u32>printed, 8);
  return true;
}

/** Eight digits of a number below 10^8 as bytes, the first in the lowest one: to fours, to pairs, to digits. */
// @ts-ignore: a decorator of the compiler
@inline function digitsOf(number: u32): u64 {
  const fours = <u64>(number / 10000) | (<u64>(number % 10000) << 32);
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f;
  const pairs = hundreds | ((fours - hundreds * 100) << 16);
  const tens = ((pairs * 103) >> 10) & 0x000f000f000f000f;
  return (tens | ((pairs - tens * 10) << 8)) + zeros;
}

let done: i32 = 0;

/** How many values the last call of `print` wrote. */
export function printed(): i32 {
  return done;
}

/**
 * Prints float32 values, each with a comma behind it, until one isn't printed as `0.…`. Says the same as `writeFloats` of
 * decimals.ts, where each step is explained: the same arithmetic in the same order.
 * @param values address of the first one
 * @param out has 24 bytes for each value, and 8 more
 * @returns the address behind the last comma
 */
export function print(values: usize, count: i32, out: usize): usize {
  done = 0;
  for (; done < count; done++, values += 4) {
    const bits = load<u32>(values);
    const magnitude = <f64>reinterpret<f32>(bits & 0x7fffffff);
    if (!(magnitude >= 1e-6 && magnitude < 1)) break;
    let front = 0;
    if (magnitude < 0.1) {
      if (magnitude >= 0.01) front = 1;
      else if (magnitude >= 1e-3) front = 2;
      else if (magnitude >= 1e-4) front = 3;
      else front = magnitude >= 1e-5 ? 4 : 5;
    }
    const scale = unchecked(powers[9 + front]);
    const scaled = magnitude * scale;
    const halfUlp = reinterpret<f64>(<u64>(((bits >> 23) & 255) + 1023 - 127 - 24) << 52);
    const reach = halfUlp * scale - 1e-6;
    // Whether eight digits are enough, and seven, is as good as random: no branch would be predicted. Six rarely are.
    const eight = <i32>(scaled * 0.1 + 0.5) * 10;
    const seven = <i32>(scaled * 0.01 + 0.5) * 100;
    let shorter = <i32>(scaled / 1000 + 0.5) * 1000;
    const isEight = <i32>(abs(<f64>eight - scaled) < reach);
    const isSeven = isEight & <i32>(abs(<f64>seven - scaled) < reach);
    let digits = 9 - isEight - isSeven;
    let integer = select<i32>(seven, select<i32>(eight, <i32>(scaled + 0.5), isEight), isSeven);
    if (isSeven & <i32>(abs(<f64>shorter - scaled) < reach)) {
      for (let step = 1000; abs(<f64>shorter - scaled) < reach && digits > 1; ) {
        digits--;
        integer = shorter;
        step *= 10;
        shorter = <i32>(scaled / <f64>step + 0.5) * step;
      }
    }
    if (integer == 1000000000) break;
    // All possible digits are written, and the needless ones overwritten.
    store<u8>(out, minus);
    out += <usize>(bits >> 31);
    store<u16>(out, <u16>zeroPoint);
    store<u64>(out, zeros, 2);
    out += 2 + front;
    store<u8>(out, 0x30 + integer / 100000000);
    store<u64>(out, digitsOf(<u32>(integer % 100000000)), 1);
    out += <usize>digits;
    store<u8>(out++, comma);
  }
  return out;
}
