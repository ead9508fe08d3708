// A text is one result of `embed search`, however many rows hold it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';

let workspace: Workspace;
let ollama: TestOllama;

const licence = 'Permission is granted to copy the harbour.';
const rows = Array.from(
  { length: 12 },
  (_, row) => `| E${row} | The valve ${row} is closed | Open it |`,
).join('\n');
const table = (header: string) => `| ${header} |\n|---+---+---|\n${rows}\n`;

beforeAll(async () => {
  workspace = makeWarmWorkspace();
  ollama = await startOllama();
  mkdirSync(join(workspace.dir, 'docs'));
  const write = (name: string, text: string) => writeFileSync(join(workspace.dir, 'docs', name), text);
  for (let index = 0; index < 9; index++) write(`copy${index}.txt`, `${licence}\n`);
  write('one.txt', 'The mill is behind the harbour.\n');
  write('two.txt', 'Islands are reached by boat.\n');
  write('a.org', table('Code | Meaning | Remedy'));
  write('b.org', table('Sign | Cause | What to do'));
  const flags = [
    '--ollama-url',
    ollama.url,
    '--model',
    'all-minilm',
    '--cache',
    'none',
    '--chunk-size',
    '64',
  ];
  expect((await workspace.embed(['ingest', 'docs', ...flags])).code).toBe(0);
});
afterAll(async () => {
  await ollama.stop();
  workspace.remove();
});

async function resultsOf(question: string, k: number) {
  const found = await workspace.embed([
    'search',
    question,
    '--json',
    '--vectors',
    '-k',
    String(k),
    '--ollama-url',
    ollama.url,
  ]);
  return JSON.parse(found.stdout).results as {
    text: string;
    score: number;
    sources: string[];
    metadata: { source: string; context?: string };
  }[];
}

test('-k counts texts, and each names all documents that hold it', async () => {
  const results = await resultsOf(licence, 3);
  expect(results).toHaveLength(3);
  expect(new Set(results.map(({ text }) => text)).size).toBe(3);
  const same = results.find(({ text }) => text === licence)!;
  expect(same.metadata.source).toBe('docs/copy0.txt');
  expect(same.sources).toEqual(Array.from({ length: 9 }, (_, index) => `docs/copy${index}.txt`));
});

test('the same rows under other headers are one result, too', async () => {
  const all = await resultsOf('valves', 100);
  expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
  const twice = all.filter(({ metadata }) => metadata.context);
  expect(twice.length).toBeGreaterThan(1);
  for (const { sources } of twice) expect(sources).toEqual(['docs/a.org', 'docs/b.org']);
  for (let index = 1; index < all.length; index++) {
    expect(all[index]!.score).toBeLessThanOrEqual(all[index - 1]!.score);
  }
  // As many texts as were asked for, though more rows were the best ones.
  for (let k = 1; k <= all.length; k++) {
    expect((await resultsOf('valves', k)).map(({ text }) => text)).toEqual(
      all.slice(0, k).map(({ text }) => text),
    );
  }
});

test('the words name the header row, and some of the other documents', async () => {
  const { stdout } = await workspace.embed(['search', 'valves', '-k', '100', '--ollama-url', ollama.url]);
  expect(stdout).toContain('also in docs/copy1.txt, docs/copy2.txt, docs/copy3.txt and 5 more');
  expect(stdout).toMatch(/ {2}(Code \| Meaning \| Remedy|Sign \| Cause \| What to do)\n {2}E\d/);
  expect(stdout.split(licence)).toHaveLength(2);
});
