// The sum of each row of an output, over all that a destination gets of it.
import { createHash } from 'node:crypto';
import { withEmbedding } from '../output/format/chunk-line.js';
import type { Output } from '../output/read/output.js';

/** A row's id and sum, 16 bytes each; overwritten by the next one. */
export interface RowSum {
  id: Buffer;
  sum: Buffer;
}

const idStart = '{"id":"'.length;
const idLength = 36;

/** Of all rows, in their order. */
export async function* rowSums(output: Output): AsyncGenerator<RowSum> {
  const vectors = vectorBytes(output);
  for (const document of output.documents()) {
    for await (const line of output.lines(document)) {
      const { value } = await vectors.next();
      const hash = createHash('sha256').update(withEmbedding(line, undefined)).update(value!);
      const id = line.toString('latin1', idStart, idStart + idLength).replaceAll('-', '');
      yield { id: Buffer.from(id, 'hex'), sum: hash.digest().subarray(0, 16) };
    }
  }
}

async function* vectorBytes(output: Output): AsyncGenerator<Uint8Array> {
  const bytes = output.space.dimensions * 4;
  for await (const { floats, rows } of output.blocks()) {
    for (let row = 0; row < rows; row++) {
      yield new Uint8Array(floats.buffer, floats.byteOffset + row * bytes, bytes);
    }
  }
}
