// What the README and the example configuration promise is what the code does.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { declarations } from '../src/cli/declared/all.js';
import { allOf } from '../src/cli/help/page-for.js';
import { listFormats } from '../src/commands/formats.js';
import { loadSettings } from '../src/config/load.js';
import { exitCodeOf } from '../src/exit-codes.js';
import { noticeCodes } from '../src/types/notice-code.js';
import { fixtures, makeWarmWorkspace, type Workspace } from './helpers/cli.js';

const root = new URL('..', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), 'utf8');

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
});
afterEach(() => workspace.remove());

test('what is written from the declarations of the settings is what they say', () => {
  const script = fileURLToPath(new URL('scripts/settings.js', root));
  const { stderr, status } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});

test('the table of failures has every code', () => {
  const union = /type FailureCode =([^;]+);/.exec(read('src/types/failure.ts'))![1]!;
  const codes = Array.from(union.matchAll(/'([a-z-]+)'/g), ([, code]) => code);
  const told = Array.from(
    read('docs/failures.md').matchAll(/^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$/gm),
    ([, code]) => code,
  );
  expect(codes.length).toBeGreaterThan(10);
  expect(told).toEqual(expect.arrayContaining(codes));
});

test('the page of JSON has each code of a notice, with what it is about', () => {
  const [, section = ''] = read('docs/json.md').split('\n## Notices\n');
  const told = section.split('\n## ')[0]!.matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gm);
  expect(Object.fromEntries(Array.from(told, ([, code, what]) => [code, what]))).toEqual(noticeCodes);
});

test('troubleshooting has each code of an error, with its exit status', () => {
  const told = Array.from(
    read('docs/troubleshooting.md').matchAll(/^\| `(EMBED_[A-Z_]+)` \| (\d+) \| [^|]+ \| [^|]+ \|$/gm),
    ([, code, exit]) => [code, Number(exit)],
  );
  expect(Object.fromEntries(told)).toEqual(exitCodeOf);
});

test('the example configuration is accepted as it is', async () => {
  mkdirSync(join(workspace.dir, '.git'));
  cpSync(new URL('.batchrc.example.json', root), join(workspace.dir, '.batchrc.json'));
  const { settings, file } = await loadSettings({ env: {}, cwd: workspace.dir });
  expect(file).toBe(join(workspace.dir, '.batchrc.json'));
  expect(settings).toMatchObject({
    waitForServer: 600_000,
    maxFileSize: 64 * 1024 ** 2,
    model: 'nomic-embed-text',
  });
});

test('the first commands of the README: an index of the handbook that answers its questions', async () => {
  cpSync(join(fixtures, 'docs'), join(workspace.dir, 'docs'), { recursive: true });
  const first = await workspace.start(['ingest', './docs', '--embedder', 'builtin', '--json']).done;
  expect(first.code).toBe(0);
  const { documents, chunks } = JSON.parse(first.stdout);
  expect(documents.failed).toBe(0);
  // What the page prints is what a reader sees.
  const printed = [...read('README.md').matchAll(/(\d+) (?:chunks in|new,|embedded)/g)].map(([, count]) =>
    Number(count),
  );
  expect(printed.slice(0, 3)).toEqual([chunks.total, documents.new, chunks.embedded]);
  const suggested = /search '(.+)'/.exec(first.stderr)?.[1];
  expect(suggested).toBeDefined();
  const answer = JSON.parse((await workspace.embed(['search', suggested!, '--json', '-k', '1'])).stdout);
  expect(answer.results[0].metadata.heading.at(-1)).toBe(suggested);

  const questions = JSON.parse(readFileSync(join(fixtures, 'docs-questions.json'), 'utf8'));
  for (const { question, source } of questions.slice(0, 3)) {
    const { results } = JSON.parse((await workspace.embed(['search', question, '--json', '-k', '3'])).stdout);
    const found = results.map((result: { metadata: { source: string } }) => result.metadata.source);
    expect(found.some((name: string) => `fixtures/${name}`.startsWith(source))).toBe(true);
  }
});

test('every command of the README and its flags exist', async () => {
  const names = allOf(declarations).flatMap(({ declared, before }) =>
    'commands' in declared ? [] : [`${before} ${declared.name}`.replace('embed ', '')],
  );
  const help = new Map<string, string>();
  for (const name of names) help.set(name, (await workspace.embed([...name.split(' '), '--help'])).stdout);
  const lines = read('README.md').match(new RegExp(`\\bembed (${names.join('|')})\\b[^\`\\n]*`, 'g')) ?? [];
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) {
    const text = help.get(names.find((name) => line.startsWith(`embed ${name}`))!)!;
    for (const flag of line.match(/(?<=\s)--?[a-z][\w-]*/g) ?? []) expect(text).toContain(flag);
  }
});

test('the page on ingesting names the formats as `embed formats` does', () => {
  const titles = listFormats().map(({ title }) => title);
  expect(read('docs/ingest.md').replace(/\s+/g, ' ')).toContain(
    `It reads ${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`,
  );
});

test('every link of the README leads somewhere', () => {
  const links = [...read('README.md').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path!);
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect(existsSync(new URL(link, root)), link).toBe(true);
});
