// The header of a .npy file (format 1.0) for float32 matrices in C order. It is always 128 bytes long, so that
// the number of rows can be written later, and the floats after it are aligned.

export const npyHeaderBytes = 128;

const magic = Buffer.from('\x93NUMPY\x01\x00', 'latin1');

export interface Shape {
  rows: number;
  /** Values per row. */
  dimensions: number;
}

export function npyHeader({ rows, dimensions }: Shape): Buffer {
  const header = Buffer.alloc(npyHeaderBytes, ' ');
  header.set(magic, 0);
  header.writeUInt16LE(npyHeaderBytes - magic.length - 2, magic.length);
  header.write(
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dimensions}), }`,
    magic.length + 2,
    'latin1',
  );
  header[npyHeaderBytes - 1] = 0x0a;
  return header;
}

/** The shape in a header that `npyHeader` wrote; undefined for any other header. */
export function parseNpyHeader(header: Buffer): Shape | undefined {
  const match = /'shape': \((\d+), (\d+)\)/.exec(header.toString('latin1'));
  if (match === null) return undefined;
  const shape = { rows: Number(match[1]), dimensions: Number(match[2]) };
  return npyHeader(shape).equals(header) ? shape : undefined;
}
