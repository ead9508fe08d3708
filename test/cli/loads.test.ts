// Who loads what lists folders: whoever lists some, and nobody else.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { markdown, ollama, setUp, workspace, writeFiles } from '../ingest/helpers.js';

setUp();

/** A file for Node's `--require` that notes at the end, by Node's own record of modules, whether fast-glob is among them. */
function hook(): { path: string; noted(): boolean } {
  const path = join(workspace.dir, 'hook.cjs');
  const note = join(workspace.dir, 'note');
  rmSync(note, { force: true });
  writeFileSync(
    path,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(note)},
      String(Object.keys(require.cache).some((path) => path.includes('/fast-glob/')))));`,
  );
  return { path, noted: () => JSON.parse(readFileSync(note, 'utf8')) };
}

async function loads(...args: string[]): Promise<boolean> {
  const { path, noted } = hook();
  const env = { NODE_OPTIONS: `--require ${path}`, OLLAMA_HOST: ollama.url };
  expect(await workspace.embed(args, { env })).toMatchObject({ code: 0 });
  return noted();
}

test('fast-glob is loaded to ingest, and not to ask, to check or to tell', async () => {
  writeFiles(workspace.dir, { 'docs/a.md': markdown('a', 1) });
  expect(await loads('ingest', 'docs', '--model', 'all-minilm', '--cache', 'none')).toBe(true);
  expect(await loads('--version')).toBe(false);
  expect(await loads('--help')).toBe(false);
  expect(await loads('ingest', '--help')).toBe(false);
  expect(await loads('search', 'word')).toBe(false);
  expect(await loads('verify')).toBe(false);
  expect(await loads('config')).toBe(false);
});

test('importing the library loads none of it', () => {
  const { path, noted } = hook();
  const library = new URL('../../dist/index.js', import.meta.url).href;
  const code = `await import(${JSON.stringify(library)})`;
  execFileSync(process.execPath, ['--require', path, '--input-type=module', '-e', code]);
  expect(noted()).toBe(false);
});
