// The header of a .npy file (format 1.0) for matrices of float32 or float16 in C order. It is always 128 bytes long, so that
// the number of rows can be written later, and the floats after it are aligned.

import { type Dtype, descriptions, dtypes } from './dtype.js';

export const npyHeaderBytes = 128;

const magic = Buffer.from('\x93NUMPY\x01\x00', 'latin1');

export interface Shape {
  rows: number;
  /** Values per row. */
  dimensions: number;
  dtype: Dtype;
}

export function npyHeader({ rows, dimensions, dtype }: Shape): Buffer {
  const header = Buffer.alloc(npyHeaderBytes, ' ');
  header.set(magic, 0);
  header.writeUInt16LE(npyHeaderBytes - magic.length - 2, magic.length);
  header.write(
    `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': (${rows}, ${dimensions}), }`,
    magic.length + 2,
    'latin1',
  );
  header[npyHeaderBytes - 1] = 0x0a;
  return header;
}

/** The shape in a header that `npyHeader` wrote; undefined for any other header. */
export function parseNpyHeader(header: Buffer): Shape | undefined {
  const text = header.toString('latin1');
  const match = /'shape': \((\d+), (\d+)\)/.exec(text);
  const dtype = dtypes.find((name) => text.includes(`'${descriptions[name]}'`));
  if (match === null || dtype === undefined) return undefined;
  const shape = { rows: Number(match[1]), dimensions: Number(match[2]), dtype };
  return npyHeader(shape).equals(header) ? shape : undefined;
}
