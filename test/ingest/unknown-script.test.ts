// Texts that the model has no pieces for, by the real command line: no vector stands for what it doesn't say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { allMiniLm } from '../helpers/ollama.js';
import { readOutput } from '../helpers/output.js';
import { ollama } from '../helpers/running.js';
import { ingestWith, summaryOf, writeFiles } from './run-workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
});
afterEach(() => workspace.remove());

const documents = {
  'docs/english.md': '# Lighthouse\n\nIt stands at the northern end of the island. 王小明 keeps it.\n',
  'docs/emoji.txt': '🚀🚀\n',
  'docs/ru.txt': 'Рецепт чечевичного супа с лимоном\n',
  'docs/zh.txt': '灯塔位于岛的北端\n',
  'docs/zh2.txt': '柠檬扁豆汤的做法\n',
};

test('the built-in embedder refuses scripts that it does not know: in a run, in its plan, in a question', async () => {
  writeFiles(workspace.dir, documents);
  const builtin = ['--embedder', 'builtin', '--cache', 'none'];
  const plan = await workspace.embed(['ingest', 'docs', '--dry-run', '--json', ...builtin]);
  expect(summaryOf(plan).documents).toMatchObject({ new: 5, failed: 4 });
  const result = await workspace.embed(['ingest', 'docs', '--json', ...builtin]);
  expect(result.code).toBe(3);
  const sources = ['docs/emoji.txt', 'docs/ru.txt', 'docs/zh.txt', 'docs/zh2.txt'];
  const failures = sources.map((source) => ({ source, code: 'unknown-script', chunk: 0 }));
  expect(summaryOf(result)).toMatchObject({ chunks: { total: 1, failed: 4 }, failures });
  expect(result.stderr).toMatch(/failed: docs\/zh\.txt, chunk 0 \(unknown-script: .*multilingual.*bge-m3/);
  const out = join(workspace.dir, 'embeddings');
  const lines = readFileSync(join(out, 'failures.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject(failures);
  expect(readOutput(out).rows.map(({ metadata }) => metadata.source)).toEqual(['docs/english.md']);

  const search = await workspace.embed(['search', '灯塔在哪里']);
  expect([search.code, search.stdout]).toEqual([2, '']);
  expect(search.stderr).toMatch(/universal-sentence-encoder-lite does not know the script.*bge-m3/s);
  expect((await workspace.embed(['search', 'Where is the lighthouse of 王小明?'])).code).toBe(0);
});

test('a model of Ollama refuses what its vocabulary lacks, and nothing where the vocabulary is unknown', async () => {
  writeFiles(workspace.dir, documents);
  const server = await ollama();
  const result = await ingestWith(workspace, server.url)('docs', '--json');
  expect(result.code).toBe(3);
  expect(summaryOf(result).failures.map(({ source, code }) => [source, code])).toEqual([
    ['docs/emoji.txt', 'unknown-script'],
    ['docs/zh.txt', 'unknown-script'],
    ['docs/zh2.txt', 'unknown-script'],
  ]);
  expect(server.batches().flat().join()).not.toContain('灯塔位于');

  const other = await ollama({ models: [{ ...allMiniLm, tokenizer: 't5' }] });
  const all = await ingestWith(workspace, other.url)('docs', '--json', '--out', 'all');
  expect([all.code, summaryOf(all).chunks.failed]).toEqual([0, 0]);
});
