// The least that a second run must do: list the files of a folder, read and hash them.
//
// node hash.js FOLDER
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const start = performance.now();
const hashes = new Map();
for (const entry of readdirSync(process.argv[2], { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  hashes.set(path, createHash('sha256').update(readFileSync(path)).digest('hex'));
}
console.log(JSON.stringify({ files: hashes.size, seconds: (performance.now() - start) / 1000 }));
