// The inner product of two vectors. Four sums at a time: one alone waits for each addition before the next, which takes
// about twice as long.

/** @param at where the first vector starts in `floats`; it is as long as `other` */
export function dot(floats: Float32Array, at: number, other: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const { length } = other;
  const whole = length - (length % 4);
  for (let i = 0; i < whole; i += 4) {
    const place = at + i;
    a += floats[place]! * other[i]!;
    b += floats[place + 1]! * other[i + 1]!;
    c += floats[place + 2]! * other[i + 2]!;
    d += floats[place + 3]! * other[i + 3]!;
  }
  for (let i = whole; i < length; i++) a += floats[at + i]! * other[i]!;
  return a + b + (c + d);
}
