// float32 matrices → int8 with one scale per column, small enough to be exact on every processor.

const largest = 127;
/** Min scale × 127, so that a column of zeros doesn't divide by zero. */
const smallestReach = 1e-30;

/**
 * `value ≈ values[row, column] * scales[column]`, row-major as given.
 *
 * Processors with AVX2 but without VNNI multiply unsigned bytes by these values, and add the products of two
 * neighbouring rows in 16 bits. There, 255 × (127 + 127) overflows silently, and the vectors are wrong (cosine 0.994
 * to the right ones). So each column is scaled until no two neighbours add up to more than 127. Then all processors
 * compute the same integers.
 * @param rows even
 */
export function quantizeColumns(
  matrix: Float32Array,
  rows: number,
  columns: number,
): { values: Int8Array; scales: Float32Array } {
  if (matrix.length !== rows * columns || rows % 2 !== 0) {
    throw new Error(`Expected ${rows} × ${columns} values in an even number of rows, got ${matrix.length}.`);
  }
  const scales = columnScales(matrix, columns);
  const values = new Int8Array(matrix.length);
  for (let start = 0; start < matrix.length; start += columns) {
    for (let column = 0; column < columns; column++) {
      values[start + column] = Math.round(matrix[start + column]! / scales[column]!);
    }
  }
  return { values, scales };
}

function columnScales(matrix: Float32Array, columns: number): Float32Array {
  const scales = new Float32Array(columns);
  for (let start = 0; start < matrix.length; start += 2 * columns) {
    for (let column = 0; column < columns; column++) {
      const upper = matrix[start + column]!;
      const lower = matrix[start + columns + column]!;
      const reach = Math.max(Math.abs(upper), Math.abs(lower), Math.abs(upper + lower));
      if (reach > scales[column]!) scales[column] = reach;
    }
  }
  return scales.map((reach) => Math.max(reach, smallestReach) / largest);
}
