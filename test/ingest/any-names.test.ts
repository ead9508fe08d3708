// Whatever files are called: each is one source, stays while it is there, and goes alone.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ingest } from '../../src/commands/ingest.js';
import { loadSettings } from '../../src/config/load.js';
import type { Settings } from '../../src/config/settings.js';
import { startOllama, type TestOllama } from '../helpers/ollama.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import fc from '../helpers/properties.js';
import { markdown, writeFiles } from './run-workspace.js';

let ollama: TestOllama;
let settings: Settings;

beforeAll(async () => {
  ollama = await startOllama();
  const flags = { ollamaUrl: [ollama.url], model: 'all-minilm', cache: 'none' };
  ({ settings } = await loadSettings({ env: {}, cwd: '/', flags }));
});
afterAll(() => ollama.stop());

const nameParts = [
  'a',
  'é',
  'e\u0301',
  '#',
  '#1',
  '%',
  '%20',
  '%FF',
  '%%',
  ' ',
  '\n',
  '\t',
  '\\',
  '-',
  '--limit',
].concat(['..x', '.', '*', '?', '[a]', '{a,b}', '!', '"', "'", '`', '$', ':', '~', '\u202e', '\u{1f600}']);
const name = fc
  .array(fc.constantFrom(...nameParts), { minLength: 1, maxLength: 5 })
  .map((parts) => `${parts.join('')}.md`);
/** Names side by side in one folder. */
const names = fc.uniqueArray(name, { minLength: 2, maxLength: 8 });

const isHidden = (file: string) => file.startsWith('.');

/** What the output in `dir` holds, each document as what its rows say. */
function documentsIn(dir: string): Map<string, string[]> {
  const documents = new Map<string, string[]>();
  for (const { text, metadata } of readOutput(join(dir, 'embeddings')).rows) {
    documents.set(metadata.source, [...(documents.get(metadata.source) ?? []), text]);
  }
  return documents;
}

async function inFolder(files: readonly string[], check: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'embed-names-'));
  try {
    for (const [place, file] of files.entries()) {
      writeFiles(dir, { [`docs/${file}`]: markdown(`word${place}`, 1) });
    }
    expect(readdirSync(join(dir, 'docs'))).toHaveLength(files.length);
    await check(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('files of a folder', async () => {
  const property = fc.asyncProperty(names, fc.nat(), async (files, pick) => {
    const shown = files.filter((file) => !isHidden(file));
    fc.pre(shown.length > 1);
    await inFolder(files, async (dir) => {
      const run = () => ingest({ paths: ['docs'], settings, cwd: dir, allowRemovals: true });
      expect((await run()).failures).toEqual([]);
      const before = documentsIn(dir);
      expect(new Set(before.keys())).toEqual(new Set(shown.map((file) => `docs/${file}`)));
      for (const file of shown)
        expect(before.get(`docs/${file}`)!.join()).toContain(`word${files.indexOf(file)}0word0 `);
      const bytes = fingerprint(join(dir, 'embeddings'));
      expect((await run()).summary).toMatchObject({ changed: false, elsewhere: [] });
      expect(fingerprint(join(dir, 'embeddings'))).toEqual(bytes);
      const gone = shown[pick % shown.length]!;
      rmSync(join(dir, 'docs', gone));
      expect((await run()).summary.documents).toMatchObject({ unchanged: shown.length - 1, removed: 1 });
      before.delete(`docs/${gone}`);
      expect(documentsIn(dir)).toEqual(before);
    });
  });
  await fc.assert(property, { numRuns: 20 });
});

test('files that are named one by one, hidden ones as well', async () => {
  const property = fc.asyncProperty(names, fc.nat(), async (files, pick) => {
    await inFolder(files, async (dir) => {
      const above = { ...settings, out: '../embeddings' };
      const run = (paths: readonly string[]) =>
        ingest({ paths, settings: above, cwd: join(dir, 'docs'), allowRemovals: true, prune: true });
      expect((await run(files)).failures).toEqual([]);
      const before = documentsIn(dir);
      expect(new Set(before.keys())).toEqual(new Set(files.map((file) => `docs/${file}`)));
      expect((await run(files)).summary).toMatchObject({ changed: false });
      const dropped = files[pick % files.length]!;
      const { documents } = (await run(files.filter((file) => file !== dropped))).summary;
      expect(documents).toMatchObject({ unchanged: files.length - 1, removed: 1 });
      before.delete(`docs/${dropped}`);
      expect(documentsIn(dir)).toEqual(before);
    });
  });
  await fc.assert(property, { numRuns: 20 });
});
