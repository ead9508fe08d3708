// Runs with `--dtype float16`, and what reads their outputs.
import { beforeEach, expect, test } from 'vitest';
import { fingerprint } from '../helpers/output.js';
import { ingest, markdown, ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

beforeEach(() => {
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 12), 'docs/b.md': markdown('beta', 12) });
});

test('later runs, search, verify and list go on with it; another type needs --rebuild', async () => {
  expect(await ingest('docs', '--dtype', 'float16')).toMatchObject({ code: 0 });
  const first = fingerprint(out);
  const again = await ingest('docs', '--json');
  expect(summaryOf(again)).toMatchObject({ changed: false });
  writeFiles(workspace.dir, { 'docs/b.md': `${markdown('beta', 12)}\nA line more.\n` });
  const edited = await ingest('docs', '--json');
  expect(summaryOf(edited)).toMatchObject({ documents: { changed: 1, unchanged: 1 } });
  expect(await workspace.embed(['verify'])).toMatchObject({ code: 0 });
  expect((await workspace.embed(['list'])).stdout).toContain('docs/b.md');
  const asked = ['search', 'alpha part 7', '--ollama-url', ollama.url, '--json'];
  const { results } = JSON.parse((await workspace.embed(asked)).stdout) as { results: { score: number }[] };
  expect(results.length).toBeGreaterThan(0);
  expect(Math.max(...results.map(({ score }) => score))).toBeLessThanOrEqual(1);

  const before = fingerprint(out);
  const refused = await ingest('docs', '--dtype', 'float32');
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain("--dtype float32 differs from the output's float16: use --rebuild");
  expect(fingerprint(out)).toEqual(before);
  expect(await ingest('docs', '--dtype', 'float32', '--rebuild')).toMatchObject({ code: 0 });
  writeFiles(workspace.dir, { 'docs/b.md': markdown('beta', 12) });
  expect(await ingest('docs', '--dtype', 'float16', '--rebuild')).toMatchObject({ code: 0 });
  const { 'identity.json': _, ...files } = fingerprint(out);
  expect(first).toMatchObject(files);
});
