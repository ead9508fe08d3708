// A process that uses the disk caches in the folders of standard input, one a line, one after the other, run from the
// build: node visitor.mjs SPACE. A JSON line for each says what it was told and how many vectors it found.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openDiskCache } from '../../../dist/cache/disk/cache.js';

const space = process.argv[2];
const folders = readFileSync(0, 'utf8').split('\n');
const hashes = Array.from({ length: 400 }, (_, index) =>
  createHash('sha256').update(`whole ${index}`).digest('hex'),
);
const vector = new Float32Array(384).fill(1 / Math.sqrt(384));
for (const folder of folders) {
  const warnings = [];
  // Said before, so that the one that ends the process is known.
  console.log(folder);
  const cache = await openDiskCache({ folder, events: { warning: (message) => warnings.push(message) } });
  const found = (await cache.getMany(space, hashes, 384)).filter((one) => one);
  await cache.setMany(space, [{ hash: hashes[0], vector }]);
  await cache.setMeta('key', 1);
  await cache.close();
  console.log(JSON.stringify({ warnings, found: found.length }));
}
