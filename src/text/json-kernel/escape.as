// Writes a text as a string of JSON, in AssemblyScript; `npm run kernel` compiles it into compiled.ts. The text is UTF-16 at an
// address of the caller's, with 32 bytes behind it that may be read, and all ASCII.

/** The letter behind the backslash for a character that has one; 0 for the others. */
// @ts-ignore: a decorator of the compiler
@inline function shortFor(unit: u32): u32 {
  if (unit == 34 || unit == 92) return unit;
  if (unit == 10) return 110;
  if (unit == 9) return 116;
  if (unit == 13) return 114;
  if (unit == 8) return 98;
  return unit == 12 ? 102 : 0;
}

// @ts-ignore: a decorator of the compiler
@inline function hex(digit: u32): u32 {
  return digit < 10 ? 48 + digit : 87 + digit;
}

/** The first address that is free for the caller. */
export function free(): usize {
  return (__heap_base + 15) & ~15;
}

/**
 * Writes bytes to `out`, at most six for each unit, and 16 more that don't count.
 * @returns where they end; 0 where a unit isn't ASCII
 */
export function escape(text: usize, length: i32, out: usize): usize {
  const quote = i8x16.splat(34);
  const backslash = i8x16.splat(92);
  const blank = i8x16.splat(32);
  const ascii = i16x8.splat(127);
  const end = text + (<usize>length << 1);
  let from = text;
  let to = out;
  store<u8>(to++, 34);
  while (from < end) {
    const low = v128.load(from);
    const high = v128.load(from, 16);
    const here = min<i32>(16, <i32>((end - from) >> 1));
    const mask: i32 = (1 << here) - 1;
    const bytes = i8x16.narrow_i16x8_u(low, high);
    const wide = i8x16.narrow_i16x8_s(i16x8.gt_u(low, ascii), i16x8.gt_u(high, ascii));
    if ((i8x16.bitmask(wide) & mask) != 0) return 0;
    const special = v128.or(v128.or(i8x16.eq(bytes, quote), i8x16.eq(bytes, backslash)), i8x16.lt_u(bytes, blank));
    v128.store(to, bytes);
    const found = i8x16.bitmask(special) & mask;
    if (found == 0) {
      from += <usize>here << 1;
      to += here;
      continue;
    }
    const plain = ctz(found);
    from += <usize>plain << 1;
    to += plain;
    const unit = <u32>load<u16>(from);
    from += 2;
    const short = shortFor(unit);
    store<u8>(to, 92);
    if (short != 0) {
      store<u8>(to, short, 1);
      to += 2;
    } else {
      store<u32>(to, 0x30303075, 1);
      store<u8>(to, 48 + (unit >> 4), 4);
      store<u8>(to, hex(unit & 15), 5);
      to += 6;
    }
  }
  store<u8>(to++, 34);
  return to;
}
