// A process that fills the disk cache, run from the build: node disk-writer.mjs FOLDER SPACE PREFIX COUNT.
// Prints a line per group that is on its way, then `closed`. Vectors are their hash's bytes, repeated.
import { createHash } from 'node:crypto';
import { openDiskCache } from '../../../dist/cache/disk/cache.js';

const [folder, space, prefix, count] = process.argv.slice(2);
const cache = await openDiskCache({ folder, events: { warning: (message) => console.log(message) } });
for (let start = 0; start < Number(count); start += 20) {
  const entries = Array.from({ length: 20 }, (_, index) => {
    const hash = createHash('sha256')
      .update(`${prefix} ${start + index}`)
      .digest();
    const vector = Float32Array.from(
      Array(12)
        .fill([...hash])
        .flat(),
    );
    return { hash: hash.toString('hex'), vector };
  });
  await cache.setMany(space, entries);
  console.log(start);
}
await cache.close();
console.log('closed');
