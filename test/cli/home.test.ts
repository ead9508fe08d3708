// `~/` where no shell replaces it: after a `=` and in quotes, in every path that a command takes.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { startOllama } from '../helpers/ollama.js';

let workspace: Workspace;
let home: string;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  home = join(workspace.dir, '.home');
  mkdirSync(join(home, 'docs/sub'), { recursive: true });
  writeFileSync(join(home, 'docs/a.md'), '# Mill\n\nThe harbour is behind the mill.\n');
  writeFileSync(join(home, 'docs/sub/b.md'), '# Quay\n\nThe quay is north of it.\n');
});
afterEach(() => {
  expect(existsSync(join(workspace.dir, '~'))).toBe(false);
  workspace.remove();
});

test('folders, files and patterns to index, the output, and an output to verify', async () => {
  await using ollama = await startOllama();
  const env = { OLLAMA_HOST: ollama.url, XDG_CACHE_HOME: '~/cache' };
  for (const path of ['~/docs', '~/docs/**/*.md']) {
    const { code, stdout, stderr } = await workspace.embed(['ingest', path, '--out=~/index', '--json'], {
      env,
    });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ documents: { failed: 0 }, out: join(home, 'index') });
  }
  expect(existsSync(join(home, 'index/chunks.jsonl'))).toBe(true);
  expect(existsSync(join(home, 'cache/embed'))).toBe(true);
  const { code, stderr } = await workspace.embed(['verify', '~/index']);
  expect(code, stderr).toBe(0);
  const alone = await workspace.embed(['ingest', '~/docs/a.md', '~/docs/sub', '-o', 'two', '--json'], {
    env,
  });
  expect(JSON.parse(alone.stdout)).toMatchObject({ documents: { new: 2 } });
});

test('the report and the baseline of a bench', async () => {
  await using ollama = await startOllama();
  const env = { OLLAMA_HOST: ollama.url };
  const missing = await workspace.embed(['bench', '~/docs', '--baseline=~/none.json'], { env });
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('The baseline ./.home/none.json ');
  const { code, stderr } = await workspace.embed(
    ['bench', '~/docs', '--report=~/bench.html', '--quick', '--rounds', '1', '--quiet'],
    { env },
  );
  expect(code, stderr).toBe(0);
  expect(existsSync(join(home, 'bench.html'))).toBe(true);
});

test('what is really called so has a name without it', async () => {
  await using ollama = await startOllama();
  mkdirSync(join(workspace.dir, 'in/~'), { recursive: true });
  writeFileSync(join(workspace.dir, 'in/~/c.md'), 'A folder of that very name.');
  const options = { env: { OLLAMA_HOST: ollama.url }, cwd: join(workspace.dir, 'in') };
  const { code, stdout, stderr } = await workspace.embed(['ingest', './~', '--json'], options);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ documents: { new: 1 } });
});
