// The least that a run from a warm cache must do: read the documents and the vectors, write the output's bytes.
//
// node copy.js CORPUS OUTPUT COPY
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [corpus, output, copy] = process.argv.slice(2);
const start = performance.now();
let bytes = 0;
for (const entry of readdirSync(corpus, { recursive: true, withFileTypes: true })) {
  if (entry.isFile()) bytes += readFileSync(join(entry.parentPath ?? entry.path, entry.name)).length;
}
mkdirSync(copy);
for (const name of ['vectors.npy', 'chunks.jsonl', 'manifest.json']) {
  const content = readFileSync(join(output, name));
  const file = openSync(join(copy, name), 'w');
  writeSync(file, content);
  fsyncSync(file);
  closeSync(file);
  bytes += content.length;
}
console.log(JSON.stringify({ bytes, seconds: (performance.now() - start) / 1000 }));
