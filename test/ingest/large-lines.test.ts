import { expect, test } from 'vitest';
import { largeLinesNotice } from '../../src/ingest/large-lines.js';

function before(bytes: number) {
  return { files: { 'chunks.jsonl': { bytes }, 'vectors.npy': { bytes: 0 } } };
}

test.each<[string, string[], number, number | undefined, boolean]>([
  ['a first run that makes them large', ['jsonl', 'npy'], 1.2e9, undefined, true],
  ['a run that makes them large', ['jsonl', 'npy'], 1.2e9, 0.9e9, true],
  ['the run after it', ['jsonl', 'npy'], 1.3e9, 1.2e9, false],
  ['small ones', ['jsonl', 'npy'], 1e9, undefined, false],
  ['large ones without vectors', ['npy'], 1.2e9, undefined, false],
])('large lines are told once: %s', (_, formats, bytes, earlier, isTold) => {
  const told = largeLinesNotice(formats, bytes, earlier === undefined ? undefined : before(earlier));
  expect(told !== undefined).toBe(isTold);
  if (isTold) expect(told).toMatch(/^chunks\.jsonl has grown to 1\.2 GB, .* --format npy leaves them out/);
});
