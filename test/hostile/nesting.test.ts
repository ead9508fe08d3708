// Values in values without an end, and values of wrong types, in files of others.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isPlain } from '../../src/text/plain-json.js';
import { type CliResult, makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
const laughs = [...'abcdefghi']
  .map(
    (name, i, all) =>
      `${name}: &${name} [${Array(9)
        .fill(i === 0 ? 'x' : `*${all[i - 1]}`)
        .join(',')}]\n`,
  )
  .join('');

let workspace: Workspace;
beforeAll(async () => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, '.git'));
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs', 'page.md'), 'Islands.\n');
  expect((await workspace.embed(['ingest', 'docs', '--embedder', 'builtin', '-o', 'good'])).code).toBe(0);
});
afterAll(() => workspace.remove());

function expectWords({ code, stdout, stderr }: CliResult, wanted: number): void {
  expect(stdout + stderr).not.toMatch(/unexpected|\n {4}at /);
  expect(code).toBe(wanted);
}

describe('a settings file', () => {
  const files = ['.batchrc', '.batchrc.json', 'package.json'];
  afterEach(() => {
    for (const name of files) rmSync(join(workspace.dir, name), { force: true });
  });

  test.each([
    ['that holds itself', '.batchrc', 'include: &a [*a]\n'],
    ['of aliases of aliases', '.batchrc', `${laughs}include: *i\n`],
    ['of lists in lists', '.batchrc.json', `{"include":${deep}}`],
    ['of lists in lists, in YAML', '.batchrc', `include: ${deep}`],
    ['in a package.json', 'package.json', `{"batch":{"include":${deep}}}`],
    ['of 20,000 values', '.batchrc', `include: [${'x,'.repeat(20_000)}]`],
  ])(
    '%s is told in words, whatever reads it',
    async (_, name, text) => {
      writeFileSync(join(workspace.dir, name), text);
      const start = performance.now();
      const commands = [
        ['config'],
        ['ingest', 'docs', '--dry-run'],
        ['serve', '--port', '0'],
        ['cache', 'stats'],
      ];
      for (const args of commands) expectWords(await workspace.embed(args), 2);
      expectWords(await workspace.embed(['doctor', '--embedder', 'builtin', '--timeout', '1s']), 1);
      // Each took half a minute, or for ever.
      expect(performance.now() - start).toBeLessThan(25_000);
    },
    60_000,
  );

  test('of 9,000 unknown keys names some and counts the rest', async () => {
    const text = Array.from({ length: 9000 }, (_, i) => `"k${i}":1`).join(',');
    writeFileSync(join(workspace.dir, '.batchrc.json'), `{${text}}`);
    const { stdout } = await workspace.embed(['doctor', '--embedder', 'builtin', '--timeout', '1s']);
    expect(stdout).toContain('8,980 more unknown keys');
    expect(stdout.length).toBeLessThan(20_000);
  });
});

describe('an output', () => {
  const out = () => join(workspace.dir, 'embeddings');
  beforeEach(() => {
    rmSync(out(), { recursive: true, force: true });
    cpSync(join(workspace.dir, 'good'), out(), { recursive: true });
  });

  /** Changes a file, and the manifest's sizes with it. */
  function craft(name: string, change: (text: string) => string): void {
    const path = join(out(), name);
    const [before, manifest] = [readFileSync(path, 'utf8'), join(out(), 'manifest.json')];
    writeFileSync(path, change(before));
    const sizes = [before, readFileSync(path, 'utf8')].map((text) => `"bytes":${Buffer.byteLength(text)}`);
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll(sizes[0]!, sizes[1]!));
  }

  test('whose vector space has options without an end is damaged', async () => {
    craft('manifest.json', (text) => text.replace('"options":{}', `"options":{"a":${deep}}`));
    for (const args of [['ingest', 'docs'], ['search', 'x'], ['verify']])
      expectWords(await workspace.embed(args), 5);
    expectWords(await workspace.embed(['doctor', '--embedder', 'builtin', '--timeout', '2s']), 1);
  });

  test.each([
    ['metadata without an end', (text: string) => text.replace('"metadata":{', `"metadata":{"a":${deep},`)],
    ['a heading that is none', (text: string) => text.replace(/"heading":\[[^\]]*\]/, '"heading":5')],
    ['a source that is none', (text: string) => text.replace(/"source":"[^"]*"/, '"source":["x"]')],
    ['no metadata', (text: string) => text.replace('"metadata":', '"meta":')],
    ['no JSON', (text: string) => text.replace('{', ' ')],
  ])('with a row of %s is damaged', async (_, change) => {
    craft('chunks.jsonl', change);
    for (const json of [[], ['--json']]) expectWords(await workspace.embed(['search', 'x', ...json]), 5);
  });

  test('with an embedding without an end is damaged', async () => {
    craft('chunks.jsonl', (text) => text.replace(/"embedding":\[[^,]*/, `"embedding":[${deep}`));
    expectWords(await workspace.embed(['verify']), 5);
  });
});

test('levels and parts are counted, and no value is followed for ever', () => {
  const most = { levels: 2, parts: 5 };
  const loop: unknown[] = [];
  loop.push(loop);
  const values = [
    1,
    'x',
    null,
    [],
    [[]],
    [[1]],
    [[[1]]],
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5, 6],
    { a: { b: {} } },
    loop,
  ];
  expect(values.map((value) => isPlain(value, most))).toEqual([
    ...Array(6).fill(true),
    false,
    true,
    false,
    true,
    false,
  ]);
});
