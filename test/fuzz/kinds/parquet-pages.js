// Parquet files of `embed sync` whose pages lie about sizes and counts, or are of other bytes here and there.
import { readFileSync } from 'node:fs';
import { crafted, withColumn } from '../formats/parquet.js';

const rows = 3;

export async function play(c) {
  const { random } = c;
  c.index();
  const address = 'parquet:embeddings/x.parquet';
  const made = await c.embed(['sync', address, '-q'], { stops: false });
  if (made.code !== 0) return;
  const file = 'work/embeddings/x.parquet';
  const real = readFileSync(c.path(file));
  const name = random.pick([...Object.keys(crafted(rows)), 'bytes', 'bytes', 'bytes', 'bytes']);
  c.subject = `parquet pages: ${name}`;
  if (name === 'bytes') c.write(file, spoilt(random, real));
  else {
    const { column, chunk, changes } = crafted(random.chance(0.5) ? rows : random.int(1, 2 ** 30))[name];
    const spoils = random.chance(0.4);
    c.write(file, withColumn(real, column, spoils ? spoilt(random, chunk) : chunk, changes));
  }
  const commands = [
    ['sync', address, '--take-over'],
    ['sync', address, '--dry-run', '--json'],
    ['search', 'islands', '--in', address],
    ['get', '--in', address, 'docs/page-1.md'],
  ];
  for (const args of random.some(commands, 2)) await c.embed([...args, '--batch-timeout', '3s']);
}

/** With other bytes before the metadata: those of small numbers, and of numbers that go on. */
function spoilt(random, bytes) {
  const copy = Buffer.from(bytes);
  const isFile = copy.subarray(-4).toString('latin1') === 'PAR1';
  const end = isFile ? copy.length - 8 - copy.readUInt32LE(copy.length - 8) : Math.min(copy.length, 400);
  for (let left = random.int(1, 4); left > 0; left--) {
    const byte = random.pick([0, 1, 2, 7, 8, 0x0c, 0x1c, 0x7f, 0x80, 0xfc, 0xfe, 0xff, random.int(0, 255)]);
    const at = random.int(0, Math.max(0, end - 1));
    copy.fill(byte, at, Math.min(end, at + random.pick([1, 1, 1, 4, 9])));
  }
  return copy;
}
