// The numbers of vectors.npy: float32, or float16, which takes half of the space.
import type { VectorSpace } from '../../types/space.js';

export const dtypes = ['float32', 'float16'] as const;
export type Dtype = (typeof dtypes)[number];

/** What an output is made of when nothing says otherwise. */
export const usualDtype: Dtype = 'float32';

/** Bytes of one number. */
const valueBytes: Readonly<Record<Dtype, number>> = { float32: 4, float16: 2 };

/** As NumPy names them: little-endian. */
export const descriptions: Readonly<Record<Dtype, string>> = { float32: '<f4', float16: '<f2' };

/** Bytes of one row of vectors.npy. */
export function vectorBytes({ space, dtype }: { space: VectorSpace; dtype: Dtype }): number {
  return space.dimensions * valueBytes[dtype];
}
