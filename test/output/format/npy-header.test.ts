import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dtypes } from '../../../src/output/format/dtype.js';
import { npyHeader, npyHeaderBytes, parseNpyHeader } from '../../../src/output/format/npy-header.js';
import fc from '../../helpers/properties.js';
import { opened, temporaryFolder, writeAll } from '../sample.js';

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

test('reads back the shape that it wrote, at the same length always', () => {
  const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(
      count,
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.constantFrom(...dtypes),
      (rows, dimensions, dtype) => {
        const header = npyHeader({ rows, dimensions, dtype });
        expect(header.length).toBe(npyHeaderBytes);
        expect(parseNpyHeader(header)).toEqual({ rows, dimensions, dtype });
      },
    ),
  );
});

test('follows the format: magic, version, length, a Python dictionary, a newline at an aligned end', () => {
  const header = npyHeader({ rows: 12, dimensions: 384, dtype: 'float32' });
  expect(header.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
  expect(header.readUInt16LE(8) + 10).toBe(npyHeaderBytes);
  expect(npyHeaderBytes % 64).toBe(0);
  expect(header.toString('latin1', 10)).toMatch(
    /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(12, 384\), \} +\n$/,
  );
});

test('takes no header with a flipped bit', () => {
  const header = npyHeader({ rows: 12, dimensions: 384, dtype: 'float32' });
  for (let bit = 0; bit < header.length * 8; bit++) {
    const flipped = Buffer.from(header);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    // A flipped digit is another valid shape; the reader compares shapes with the manifest.
    expect(parseNpyHeader(flipped)).not.toEqual({ rows: 12, dimensions: 384, dtype: 'float32' });
  }
});

test.runIf(hasNumpy).each(dtypes)('loads with numpy as %s', async (dtype) => {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, [{ source: 'docs/a.md', texts: ['one', 'two', 'three'] }], { dtype });
  const script = `import numpy; v = numpy.load(${JSON.stringify(join(dir, 'vectors.npy'))}); print(v.shape, v.dtype, v.astype('float32').tobytes().hex())`;
  const [vector] = await (await opened(dir)).vectors([0]);
  const answer = execFileSync('python3', ['-c', script], { encoding: 'utf8' });
  expect(answer).toMatch(new RegExp(`^\\(3, 8\\) ${dtype} `));
  expect(answer).toContain(Buffer.from(vector?.buffer ?? new ArrayBuffer(0), 0, 32).toString('hex'));
});
