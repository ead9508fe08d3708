import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allFormats } from '../../../src/documents/formats/registry.js';
import { makeWarmWorkspace, type Workspace } from '../../helpers/cli.js';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await makeWarmWorkspace();
  mkdirSync(join(workspace.dir, 'docs'));
});
afterEach(() => workspace.remove());

const write = (name: string, text: string | Buffer) => writeFileSync(join(workspace.dir, name), text);

test('chunks prints text, headings, context, tokens and lines, and writes and asks nothing', async () => {
  write('docs/a.md', '# Guide\n\n## Valves\n\nA valve stops\u001b the flow.\n');
  write('docs/b.csv', 'id,name\n7,pump\n');
  const { stdout, code } = await workspace.embed(['chunks', 'docs/a.md', 'docs/b.csv']);
  expect(code).toBe(0);
  expect(stdout).toBe(
    [
      'docs/a.md (markdown): 1 chunk',
      'chunk 0, line 1, 18 tokens: Guide',
      '  # Guide',
      '  ',
      '  ## Valves',
      '  ',
      '  A valve stops\\u001b the flow.',
      '',
      'docs/b.csv (csv): 1 chunk',
      '#7 chunk 0, line 2, 3 tokens',
      '  name: pump',
      '',
      '',
    ].join('\n'),
  );
});

test('chunks --json has all of a chunk; the header of a table is its context', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `| pump number ${i} | ${i} litres |`).join('\n');
  write('docs/a.org', `* Flow\n| Name | Rate |\n|------+------|\n${rows}\n`);
  const { stdout } = await workspace.embed(['chunks', 'docs/a.org', '--json', '--chunk-size', '64']);
  const [file] = JSON.parse(stdout).files;
  expect(file).toMatchObject({ path: 'docs/a.org', format: 'org', failures: [] });
  expect(file.chunks.length).toBeGreaterThan(3);
  expect(file.chunks[2]).toMatchObject({ source: 'docs/a.org', index: 2, heading: ['Flow'] });
  expect(file.chunks[2].context).toContain('Name | Rate');
});

test('chunks --context headings shows the titles that are embedded with each', async () => {
  const part = 'The harbour is behind the mill. '.repeat(30);
  write('docs/a.md', `# Guide\n\n## Harbour\n\n${part}\n`);
  const { stdout } = await workspace.embed([
    'chunks',
    'docs/a.md',
    '--json',
    '--chunk-size',
    '64',
    '--context',
    'headings',
  ]);
  const { chunks } = JSON.parse(stdout).files[0];
  expect(chunks.at(-1)).toMatchObject({ context: 'Guide › Harbour', heading: ['Guide', 'Harbour'] });
});

test('chunks are those of the output, if there is one', async () => {
  write('docs/a.md', 'The harbour is behind the mill. '.repeat(60));
  const ingest = [
    'ingest',
    'docs',
    '--embedder',
    'builtin',
    '--cache',
    'none',
    '--chunk-size',
    '40',
    '--json',
  ];
  const { total } = JSON.parse((await workspace.embed(ingest)).stdout).chunks;
  const { stdout } = await workspace.embed(['chunks', 'docs/a.md', '--json']);
  expect(total).toBeGreaterThan(5);
  expect(JSON.parse(stdout).files[0].chunks).toHaveLength(total);
});

test('chunks says why a file is not read, and reads the others', async () => {
  write('docs/a.ipynb', '{');
  write('docs/b.bin', Buffer.from([0, 1, 2]));
  write('docs/c.txt', 'Words.');
  const { stdout, stderr, code } = await workspace.embed([
    'chunks',
    'docs/a.ipynb',
    'docs/b.bin',
    'docs/c.txt',
  ]);
  expect(code).toBe(3);
  expect(stdout).toContain('docs/c.txt (text): 1 chunk');
  expect(stderr).toMatch(/^docs\/a\.ipynb: malformed/m);
  expect(stderr).toMatch(/^docs\/b\.bin: no-reader: docs\/b\.bin is in no format that can be read/m);
  expect(await workspace.embed(['chunks', 'docs/none.md'])).toMatchObject({ code: 2 });
});

test('chunks takes of a folder what a run takes, some files at a time', async () => {
  for (let at = 10; at < 35; at++) write(`docs/${at}.txt`, `Words of ${at}.`);
  write('docs/.embedignore', '1*\n');
  write('docs/picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]));
  const first = await workspace.embed(['chunks', 'docs', '--limit', '2', '--exclude', '20.*']);
  expect(first).toMatchObject({ code: 0, stdout: expect.not.stringContaining('20.txt') });
  expect(first.stdout.match(/^docs\/.*/gm)).toEqual([
    'docs/21.txt (text): 1 chunk',
    'docs/22.txt (text): 1 chunk',
  ]);
  expect(first.stderr).toBe('12 files more: name the one that you look for, or give --limit 14\n');
  const all = await workspace.embed(['chunks', 'docs', '--json']);
  expect(JSON.parse(all.stdout).files).toHaveLength(15);
  for (let at = 35; at < 45; at++) write(`docs/${at}.txt`, `Words of ${at}.`);
  const json = JSON.parse((await workspace.embed(['chunks', 'docs/*.txt', '--json'])).stdout);
  expect([json.files.length, json.left]).toEqual([20, 5]);
});

test('formats lists every format with its endings and what is kept', async () => {
  const { stdout } = await workspace.embed(['formats']);
  for (const { title, extensions } of allFormats) {
    expect(stdout).toContain(`${title}\n`);
    expect(stdout).toContain(extensions[0]!);
  }
  const { formats } = JSON.parse((await workspace.embed(['formats', '--json'])).stdout);
  expect(formats).toHaveLength(allFormats.length);
  expect(formats[0]).toEqual({
    name: 'markdown',
    title: 'Markdown',
    extensions: allFormats[0].extensions,
    names: [],
    keeps: allFormats[0].keeps,
  });
});
