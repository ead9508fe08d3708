// Compares rows with questions by numbers of 16 bits, and tells which of them may be near enough. In AssemblyScript; `npm run
// kernel` compiles it into compiled.ts. kernel.ts says how far a rounded product may be off. All memory belongs to the caller.

/** What 1 is rounded to: a vector of length 1 and a bit fits into 16 bits, and a product of two into 32. */
const scale: f32 = 32000;

/** The first address that is free for the caller. */
export function free(): usize {
  return (__heap_base + 15) & ~15;
}

/**
 * Rounds vectors of float32.
 * @param to takes their values, in 16 bits, with zeros up to a multiple of 8
 * @param squares takes the square of each one's length, as float32
 */
export function round(from: usize, dimensions: i32, rows: i32, to: usize, squares: usize): void {
  const padded = (dimensions + 7) & ~7;
  const whole = dimensions & ~7;
  const factor = f32x4.splat(scale);
  for (let row = 0; row < rows; row++) {
    let sum = f32x4.splat(0);
    let i = 0;
    for (; i < whole; i += 8) {
      const low = v128.load(from);
      const high = v128.load(from, 16);
      sum = f32x4.add(sum, f32x4.add(f32x4.mul(low, low), f32x4.mul(high, high)));
      v128.store(
        to,
        i16x8.narrow_i32x4_s(
          i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(low, factor))),
          i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(high, factor))),
        ),
      );
      from += 32;
      to += 16;
    }
    let square =
      f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
    for (; i < dimensions; i++) {
      const value = load<f32>(from);
      square += value * value;
      store<i16>(to, <i16>nearest(value * scale));
      from += 4;
      to += 2;
    }
    for (; i < padded; i++) {
      store<i16>(to, 0);
      to += 2;
    }
    store<f32>(squares, square);
    squares += 4;
  }
}

// @ts-ignore: a decorator of the compiler
@inline function keep(found: usize, row: i32, question: i32, low: v128, high: v128, leastLow: v128, leastHigh: v128): usize {
  let mask = i32x4.bitmask(i32x4.gt_s(low, leastLow)) | (i32x4.bitmask(i32x4.gt_s(high, leastHigh)) << 4);
  for (; mask != 0; mask &= mask - 1) {
    store<u32>(found, row);
    store<u32>(found, question + ctz(mask), 4);
    found += 8;
  }
  return found;
}

/**
 * @param rows a multiple of 4
 * @param panels of 8 questions each: for each two dimensions, the two values of each question
 * @param least for each question, what a row's product must exceed
 * @param found takes two 32-bit words for each row and question that do: their places
 * @returns the end of what was found
 */
export function find(
  rowsAt: usize,
  rows: i32,
  dimensions: i32,
  panelsAt: usize,
  panels: i32,
  least: usize,
  found: usize,
): usize {
  const rowBytes = <usize>((dimensions + 7) & ~7) << 1;
  for (let panel = 0; panel < panels; panel++) {
    const leastLow = v128.load(least);
    const leastHigh = v128.load(least, 16);
    const question = panel << 3;
    let first = rowsAt;
    for (let row = 0; row < rows; row += 4) {
      // Four rows by eight questions fit into the registers.
      let a = i32x4.splat(0);
      let aHigh = a;
      let b = a;
      let bHigh = a;
      let c = a;
      let cHigh = a;
      let d = a;
      let dHigh = a;
      const second = first + rowBytes;
      const third = second + rowBytes;
      const fourth = third + rowBytes;
      let pair = panelsAt;
      for (let at: usize = 0; at < rowBytes; at += 4) {
        const low = v128.load(pair);
        const high = v128.load(pair, 16);
        pair += 32;
        let two = v128.load32_splat(first + at);
        a = i32x4.add(a, i32x4.dot_i16x8_s(two, low));
        aHigh = i32x4.add(aHigh, i32x4.dot_i16x8_s(two, high));
        two = v128.load32_splat(second + at);
        b = i32x4.add(b, i32x4.dot_i16x8_s(two, low));
        bHigh = i32x4.add(bHigh, i32x4.dot_i16x8_s(two, high));
        two = v128.load32_splat(third + at);
        c = i32x4.add(c, i32x4.dot_i16x8_s(two, low));
        cHigh = i32x4.add(cHigh, i32x4.dot_i16x8_s(two, high));
        two = v128.load32_splat(fourth + at);
        d = i32x4.add(d, i32x4.dot_i16x8_s(two, low));
        dHigh = i32x4.add(dHigh, i32x4.dot_i16x8_s(two, high));
      }
      found = keep(found, row, question, a, aHigh, leastLow, leastHigh);
      found = keep(found, row + 1, question, b, bHigh, leastLow, leastHigh);
      found = keep(found, row + 2, question, c, cHigh, leastLow, leastHigh);
      found = keep(found, row + 3, question, d, dHigh, leastLow, leastHigh);
      first += rowBytes << 2;
    }
    panelsAt += rowBytes << 3;
    least += 32;
  }
  return found;
}
