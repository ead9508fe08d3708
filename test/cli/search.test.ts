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
  write('old.txt', 'Release 14: v2.14.3-rc1, number 14, in the 2.14 line, mends E8001.\n');
  const others = Array.from({ length: 30 }, (_, place) => `other${place}`).join(' ');
  write('new.txt', `The text on v2.14.4 and E8002 is long: ${others}.\n`);
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

test('a name that was asked for comes first, and is missed aloud', async () => {
  const found = async (question: string) => {
    const { stdout, stderr } = await workspace.embed(['search', question, '--words', '--json', '-k', '1']);
    const missed = stderr.split('\n').filter((line) => line.startsWith('No text'));
    return { first: JSON.parse(stdout).results[0]?.sources[0], missed };
  };
  for (const question of [
    '2.14.4',
    'v2.14.4',
    'which release 14 is 2.14.4',
    'E8002 in number 14 of the 2.14 line',
  ]) {
    expect([question, await found(question)]).toEqual([question, { first: 'docs/new.txt', missed: [] }]);
  }
  expect(await found('V2.14.9 of 14')).toEqual({
    first: 'docs/old.txt',
    missed: ['No text holds V2.14.9: what is shown is only near it.'],
  });
});
