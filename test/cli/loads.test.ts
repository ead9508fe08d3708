// Which command loads which packages. Loading takes much of a short run, so a command loads only what it uses.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { markdown, ollama, setUp, workspace, writeFiles } from '../ingest/run-workspace.js';

setUp();

/**
 * An option for Node that has it note all that is loaded: modules as a hook of Node's sees them, and what they
 * require by Node's own record, at the end.
 */
function hook(): { option: string; packages(): string[] } {
  const path = (name: string) => join(workspace.dir, name);
  const note = path('note');
  rmSync(note, { force: true });
  const append = `import { appendFileSync } from 'node:fs';
    const note = (name) => appendFileSync(${JSON.stringify(note)}, name + '\\n');`;
  writeFileSync(
    path('hooks.mjs'),
    `${append} export function load(url, context, next) { note(url); return next(url, context); }`,
  );
  writeFileSync(
    path('hook.mjs'),
    `${append} import { createRequire, register } from 'node:module';
    register(${JSON.stringify(pathToFileURL(path('hooks.mjs')).href)});
    const { cache } = createRequire(import.meta.url);
    process.on('exit', () => Object.keys(cache).forEach(note));`,
  );
  return {
    option: `--import=${pathToFileURL(path('hook.mjs')).href}`,
    packages() {
      expect(existsSync(note), 'nothing was noted').toBe(true);
      const places = readFileSync(note, 'utf8').split('\n');
      const names = places.map((place) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(place)?.[1]);
      return [...new Set(names)].filter((name) => name !== undefined).sort();
    },
  };
}

async function loads(...args: string[]): Promise<string[]> {
  const { option, packages } = hook();
  const env = { NODE_OPTIONS: option, OLLAMA_HOST: ollama.url };
  expect(await workspace.embed(args, { env })).toMatchObject({ code: 0 });
  return packages();
}

test('fast-glob is loaded to ingest, and not to ask, to check or to tell; the help loads what reads arguments alone', async () => {
  writeFiles(workspace.dir, { 'docs/a.md': markdown('a', 1) });
  expect(await loads('ingest', 'docs', '--model', 'all-minilm', '--cache', 'none')).toContain('fast-glob');
  expect(await loads('--version')).toEqual([]);
  expect(await loads('--help')).toEqual(['commander']);
  expect(await loads('ingest', '--help')).toEqual(['commander']);
  expect(await loads('search', 'word')).not.toContain('fast-glob');
  expect(await loads('verify')).not.toContain('fast-glob');
  expect(await loads('config')).not.toContain('fast-glob');
});

test('a run that finds nothing changed loads what reads arguments and what lists folders, and no more', async () => {
  writeFiles(workspace.dir, { 'docs/a.md': markdown('a', 1) });
  const ingest = ['ingest', 'docs', '--model', 'all-minilm', '--cache', 'disk', '--batch-size', '8'];
  const first = await loads(...ingest);
  expect(first).toEqual(expect.arrayContaining(['commander', 'lmdb']));
  const absent = ['undici', 'zod', 'chalk', 'cli-progress', 'cosmiconfig', 'string-width'];
  expect(first.filter((name) => absent.includes(name))).toEqual([]);
  const again = await loads(...ingest);
  expect(again.filter((name) => !listsFolders.test(name))).toEqual(['commander', 'ignore']);
});

/** fast-glob and what it brings. */
const listsFolders =
  /^(fast-glob|@nodelib\/.*|braces|fastq|fill-range|glob-parent|is-(extglob|glob|number)|merge2|micromatch|picomatch|queue-microtask|reusify|run-parallel|to-regex-range)$/;

test('importing the library loads none of what lists folders', () => {
  const { option, packages } = hook();
  const library = new URL('../../dist/index.js', import.meta.url).href;
  const code = `await import(${JSON.stringify(library)})`;
  execFileSync(process.execPath, [option, '--input-type=module', '-e', code]);
  expect(packages()).not.toContain('fast-glob');
});
