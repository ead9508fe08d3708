// Writes float32 values as the shortest JSON numbers that give the same bits when they are read, directly into bytes, as
// Ollama prints them. JSON.stringify would print 17-digit doubles, five times slower.

/** More bytes than one value and its comma take: `-123456780000000000000,`, or any of a vector's `-0.00000123456789,`. */
export const maxFloatBytes = 24;

const zero = 48;
const triples = Uint8Array.from({ length: 3000 }, (_, i) => {
  const number = Math.floor(i / 3);
  return zero + (Math.floor(number / 10 ** (2 - (i % 3))) % 10);
});

/** Half the distance to the next float32, by biased exponent. */
const halfUlp = Float64Array.from({ length: 255 }, (_, exponent) => 2 ** (exponent - 127 - 24));

/** By the number of zeros after the decimal point: what makes the value an integer of nine digits. */
const nineDigits = Float64Array.from([1e9, 1e10, 1e11, 1e12, 1e13, 1e14]);

/**
 * Writes a vector's values with commas between them, without brackets.
 *
 * Nearly all values of a normalised vector lie in [1e-6, 1). There, nine digits always tell a float32 from
 * its neighbours, and `value * scale` is an integer of nine digits plus a fraction, exact to 1e-7, while
 * half the distance to a neighbour is at least 2.9. So double arithmetic decides safely how many digits are needed.
 * (A power of two is half as far from the neighbour below; the twenty in this range come out right all the same.)
 * One loop without calls, because passing floats between functions would put them on the heap.
 * @param out has at least `vector.length * maxFloatBytes` bytes from `position`
 * @returns the position after the last byte
 * @throws {RangeError} for NaN and infinities, which JSON can't carry
 */
export function writeFloats(out: Uint8Array, position: number, vector: Float32Array): number {
  const bits = new Int32Array(vector.buffer, vector.byteOffset, vector.length);
  let at = position;
  for (let i = 0; i < bits.length; i++) {
    if (i > 0) out[at++] = 44;
    const pattern = bits[i] as number;
    const value = vector[i] as number;
    const magnitude = Math.abs(value);
    if (!(magnitude >= 1e-6 && magnitude < 1)) {
      at = writeRare(out, at, value);
      continue;
    }
    let zeros = 0;
    if (magnitude < 0.1) {
      if (magnitude >= 0.01) zeros = 1;
      else if (magnitude >= 1e-3) zeros = 2;
      else if (magnitude >= 1e-4) zeros = 3;
      else zeros = magnitude >= 1e-5 ? 4 : 5;
    }
    const scale = nineDigits[zeros] as number;
    const scaled = magnitude * scale;
    // The margin keeps clear of ties, where rounding to a double first could pick the neighbour.
    const reach = (halfUlp[(pattern >>> 23) & 255] as number) * scale - 1e-6;
    let digits = 9;
    let integer = (scaled + 0.5) | 0;
    const eight = ((scaled * 0.1 + 0.5) | 0) * 10;
    let shorter = ((scaled * 0.01 + 0.5) | 0) * 100;
    if (Math.abs(eight - scaled) < reach) {
      digits = 8;
      integer = eight;
      for (let step = 100; Math.abs(shorter - scaled) < reach && digits > 1; ) {
        digits--;
        integer = shorter;
        step *= 10;
        shorter = ((scaled / step + 0.5) | 0) * step;
      }
    }
    // Rounded up to a power of ten: one zero less in front.
    if (integer === 1_000_000_000) {
      at = writeRare(out, at, value);
      continue;
    }
    // Writes all possible digits and overwrites the needless ones: that is cheaper than mispredicted branches.
    out[at] = 45;
    at += pattern >>> 31;
    out[at] = zero;
    out[at + 1] = 46;
    out[at + 2] = zero;
    out[at + 3] = zero;
    out[at + 4] = zero;
    out[at + 5] = zero;
    out[at + 6] = zero;
    at += zeros + 2;
    const millions = (integer / 1_000_000) | 0;
    const rest = integer - millions * 1_000_000;
    const thousands = (rest / 1000) | 0;
    let triple = millions * 3;
    out[at] = triples[triple] as number;
    out[at + 1] = triples[triple + 1] as number;
    out[at + 2] = triples[triple + 2] as number;
    triple = thousands * 3;
    out[at + 3] = triples[triple] as number;
    out[at + 4] = triples[triple + 1] as number;
    out[at + 5] = triples[triple + 2] as number;
    triple = (rest - thousands * 1000) * 3;
    out[at + 6] = triples[triple] as number;
    out[at + 7] = triples[triple + 1] as number;
    out[at + 8] = triples[triple + 2] as number;
    at += digits;
  }
  return at;
}

/** Zeros, powers of two, very small and large values. */
function writeRare(out: Uint8Array, position: number, value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`expected a finite number, got ${value}`);
  const text = Object.is(value, -0) ? '-0' : shortest(value);
  for (let i = 0; i < text.length; i++) out[position + i] = text.charCodeAt(i);
  return position + text.length;
}

function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const nearest = Number(value.toPrecision(digits));
    if (Math.fround(nearest) === value) return String(nearest);
    // The distance to the next float32 is larger above a power of two than below it.
    const [mantissa = '', exponent = '0'] = value.toExponential(digits - 1).split('e');
    const unit = 10 ** (digits - 1);
    const above = Number(
      `${Math.round(Math.abs(Number(mantissa)) * unit) + 1}e${Number(exponent) - digits + 1}`,
    );
    if (Math.fround(above) === Math.abs(value)) return String(Math.sign(value) * above);
  }
  return String(Number(value.toPrecision(9)));
}
