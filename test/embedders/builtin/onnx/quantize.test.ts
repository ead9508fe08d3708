import { describe, expect, test } from 'vitest';
import { quantizeColumns } from '../../../../src/embedders/builtin/onnx/quantize.js';
import fc from '../../../helpers/properties.js';

const matrices = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 6 }))
  .chain(([pairs, columns]) =>
    fc.tuple(
      fc.constant(2 * pairs),
      fc.constant(columns),
      fc.array(
        fc.float({ min: -4, max: 4, noNaN: true }).map((value) => (Math.abs(value) < 1e-20 ? 0 : value)),
        {
          minLength: 2 * pairs * columns,
          maxLength: 2 * pairs * columns,
        },
      ),
    ),
  );

describe('quantizeColumns', () => {
  test('rounds to the nearest step of the column', () => {
    fc.assert(
      fc.property(matrices, ([rows, columns, numbers]) => {
        const matrix = Float32Array.from(numbers);
        const { values, scales } = quantizeColumns(matrix, rows, columns);
        matrix.forEach((value, i) => {
          const scale = scales[i % columns]!;
          expect(Math.abs(values[i]! * scale - value)).toBeLessThanOrEqual(0.501 * scale);
        });
      }),
    );
  });

  test('keeps sums of two products within 16 bits', () => {
    fc.assert(
      fc.property(matrices, ([rows, columns, numbers]) => {
        const { values } = quantizeColumns(Float32Array.from(numbers), rows, columns);
        for (let row = 0; row < rows; row += 2) {
          for (let column = 0; column < columns; column++) {
            const upper = values[row * columns + column]!;
            const lower = values[(row + 1) * columns + column]!;
            const highest = 255 * Math.max(upper, lower, upper + lower);
            const lowest = 255 * Math.min(upper, lower, upper + lower);
            expect(highest).toBeLessThanOrEqual(32767);
            expect(lowest).toBeGreaterThanOrEqual(-32768);
          }
        }
      }),
    );
  });

  test('uses the whole range', () => {
    const { values, scales } = quantizeColumns(Float32Array.of(1, -2, -0.25, 6), 2, 2);
    expect([...values]).toEqual([127, -42, -32, 127]);
    expect(scales[0]).toBeCloseTo(1 / 127);
    expect(scales[1]).toBeCloseTo(6 / 127);
  });

  test('refuses a matrix of another size', () => {
    expect(() => quantizeColumns(new Float32Array(5), 2, 3)).toThrow('Expected 2 × 3 values');
  });
});
