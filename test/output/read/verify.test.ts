import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyOutput } from '../../../src/output/read/verify.js';
import { mendSums, type SampleDocument, temporaryFolder, writeAll } from '../sample.js';

const documents: SampleDocument[] = [
  { source: 'docs/a.md', texts: ['alpha', 'beta', 'alpha'] },
  { source: 'docs/b.md', texts: ['gamma', 'delta'] },
];

async function sampleOutput(): Promise<string> {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, documents);
  return dir;
}

/** Changes a file and makes the sums fit again, as a clumsy repair would. */
async function tamper(dir: string, name: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  const before = await readFile(join(dir, name));
  const after = change(before);
  expect(after.length).toBe(before.length);
  expect(after.equals(before)).toBe(false);
  await writeFile(join(dir, name), after);
  expect((await verifyOutput(dir)).problems).not.toEqual([]);
  await mendSums(dir);
}

function replace(from: string | RegExp, to: string): (bytes: Buffer) => Buffer {
  return (bytes) => Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1');
}

test('finds nothing wrong with what the writer left', async () => {
  const dir = await sampleOutput();
  for (const deep of [false, true]) {
    expect(await verifyOutput(dir, { deep })).toEqual({ problems: [], rows: 5, documents: 2 });
  }
});

test('needs an output', async () => {
  await expect(verifyOutput(await temporaryFolder())).rejects.toThrow(/^There is no index in /);
});

test.each([
  ['a text', 'chunks.jsonl', 54, /^chunks.jsonl: docs\/a.md: row 0 is not as it was written\.$/],
  ['an embedding', 'chunks.jsonl', 100, /^chunks.jsonl: docs\/a.md: its sum is not the manifest's\.$/],
  ['a vector', 'vectors.npy', 128 + 32, /^vectors.npy: docs\/a.md: row 1 is not as it was written\.$/],
  ['a sum', 'rows.sum', 3 * 16, /^rows.sum: docs\/b.md: the sums of its rows are not the manifest's\.$/],
  ['the last line break', 'chunks.jsonl', -1, /^chunks.jsonl: docs\/b.md: row 4 is not as it was/],
])('sees one flipped bit of %s', async (_, name, at, problem) => {
  const dir = await sampleOutput();
  const bytes = await readFile(join(dir, name));
  bytes.writeUInt8(bytes.at(at)! ^ 1, (at + bytes.length) % bytes.length);
  await writeFile(join(dir, name), bytes);
  expect((await verifyOutput(dir)).problems).toEqual([expect.stringMatching(problem)]);
});

const damages: [string, string, (bytes: Buffer) => Buffer, string | RegExp][] = [
  [
    'a changed text',
    'chunks.jsonl',
    replace('"text":"beta"', '"text":"bets"'),
    /row 1: the hash of its text/,
  ],
  ['a changed id', 'chunks.jsonl', replace(/"id":"./, '"id":"g'), /row 0: its id is wrong/],
  ['another source', 'chunks.jsonl', replace('"source":"docs/a', '"source":"docs/c'), /its source, its id/],
  ['another order', 'chunks.jsonl', replace('"chunk":1', '"chunk":0'), /row 1: the order of its chunks/],
  [
    'a changed hash',
    'chunks.jsonl',
    replace(/"hash":"./, '"hash":"_'),
    /row 0: the hash of its text, its id/,
  ],
  [
    'an added context',
    'chunks.jsonl',
    replace('"heading":["Guide","docs/a.md"]', '"heading":[],"context":"abcdef"'),
    /row 0: the manifest's hash of its context and text is wrong/,
  ],
  ['a broken line', 'chunks.jsonl', replace('{"id"', '["id"'), /row 0 is not a row's JSON/],
  [
    'two lines in one',
    'chunks.jsonl',
    replace('}\n{', '} {'),
    /row 1 is not as it was written|other lengths/,
  ],
  [
    'a changed embedding',
    'chunks.jsonl',
    replace(/("embedding":\[-?0\.\d*)\d,/, '$10,'),
    /embedding of row 0 is not/,
  ],
  ['a renamed embedding', 'chunks.jsonl', replace('"embedding"', '"embeddinG"'), /row 0 lacks an embedding/],
];

test.each(damages)('sees %s where the sums fit', async (_, name, change, problem) => {
  const dir = await sampleOutput();
  await tamper(dir, name, change);
  const { problems } = await verifyOutput(dir, { deep: true });
  expect(problems.join('\n')).toMatch(problem);
});

test.each([
  ['too long', 2],
  ['not a number', Number.NaN],
])('sees a vector that is %s', async (_, value) => {
  const dir = await sampleOutput();
  await tamper(dir, 'vectors.npy', (bytes) => {
    const changed = Buffer.from(bytes);
    changed.writeFloatLE(value, 128 + 2 * 32);
    return changed;
  });
  expect((await verifyOutput(dir, { deep: true })).problems.join('\n')).toMatch(
    /row 2 has length .* instead of 1/,
  );
});

test('reports a damaged manifest, a changed canary among it, as a problem', async () => {
  const dir = await sampleOutput();
  const path = join(dir, 'manifest.json');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/"canaries":\["./, '"canaries":["A'));
  const { problems } = await verifyOutput(dir);
  expect(problems).toEqual([expect.stringMatching(/its vector space is not what its id says/)]);
});

test('stops after a hundred problems', async () => {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, [{ source: 'docs/a.md', texts: Array.from({ length: 300 }, (_, i) => `text ${i}`) }]);
  await tamper(dir, 'chunks.jsonl', replace(/"text":"text/g, '"text":"TEXT'));
  expect((await verifyOutput(dir, { deep: true })).problems).toHaveLength(100);
});
