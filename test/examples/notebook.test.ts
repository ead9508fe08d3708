// The notebook's code cells run in order, in one interpreter, on a real index; with and without a gateway.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fixtures, makeWorkspace, type Workspace } from '../helpers/cli.js';
import { startGateway } from './gateway.js';
import { findPython, runNotebook } from './python.js';

const notebookFile = fileURLToPath(new URL('../../examples/notebook/search.ipynb', import.meta.url));
const python = findPython('the notebook', ['numpy']);

interface Cell {
  id: string;
  cell_type: 'code' | 'markdown';
  source: string[];
  outputs?: unknown[];
  execution_count?: null;
}

test('it is a notebook without outputs', () => {
  const notebook = JSON.parse(readFileSync(notebookFile, 'utf8')) as { nbformat: number; cells: Cell[] };
  expect(notebook.nbformat).toBe(4);
  const code = notebook.cells.filter(({ cell_type }) => cell_type === 'code');
  expect(code.length).toBeGreaterThan(3);
  for (const { outputs, execution_count } of code) {
    expect(outputs).toEqual([]);
    expect(execution_count).toBeNull();
  }
});

describe.skipIf(python.interpreter === undefined)('run', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = makeWorkspace();
    const { code } = await workspace.embed(['ingest', join(fixtures, 'docs'), '--embedder', 'builtin']);
    expect(code).toBe(0);
  });
  afterAll(() => workspace.remove());

  const run = (gateway: string) =>
    python.run(runNotebook(notebookFile), { cwd: workspace.dir, env: { EMBED_GATEWAY: gateway } });

  test('without a gateway it searches by rows, and says what is missing', async () => {
    const { code, stdout, stderr } = await run('http://127.0.0.1:9');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\(\d+, 512\) float32$/m);
    expect(stdout).toMatch(/^lengths from 1\.0000 to 1\.0000$/m);
    // The row itself comes first.
    expect(stdout).toMatch(/^1\.000 {2}\S+:\d+ {2}\S/m);
    expect(stdout).toMatch(/^no gateway at http:\/\/127\.0\.0\.1:9: /m);
  });

  test('with a gateway it finds what `embed search` finds', async () => {
    const gateway = await startGateway(workspace);
    onTestFinished(async () => void (await gateway.stop()));
    const { code, stdout } = await run(gateway.url);
    expect(await gateway.stop()).toBe(0);
    expect(code).toBe(0);
    const searched = await workspace.embed([
      'search',
      '--vectors',
      '-k',
      '5',
      '--json',
      'how do I choose a chunk size?',
    ]);
    const { results } = JSON.parse(searched.stdout) as {
      results: { metadata: { source: string; line: number } }[];
    };
    const expected = results.map(({ metadata }) => `${metadata.source}:${metadata.line}`);
    const section = stdout.split('--- ').find((part) => part.includes('chunk-size'))!;
    const places = [...section.matchAll(/^\d\.\d{3} {2}(\S+:\d+) {2}/gm)].map(([, place]) => place);
    expect(places).toEqual(expected);
  });
});
