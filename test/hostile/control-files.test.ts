// Files of an output that are too long for what they are: told in words, at a cost that has a bound.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { Sequence } from '../../src/output/write/next-documents.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { watched } from './watched.js';

const mb = 1024 * 1024;

let workspace: Workspace;
const path = (name: string) => join(workspace.dir, 'embeddings', name);
beforeAll(async () => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, 'docs'));
  writeFileSync(join(workspace.dir, 'docs', 'page.md'), 'Islands.\n');
  expect((await workspace.embed(['ingest', 'docs', '--embedder', 'builtin', '-o', 'good'])).code).toBe(0);
});
afterAll(() => workspace.remove());
beforeEach(() => {
  rmSync(join(workspace.dir, 'embeddings'), { recursive: true, force: true });
  cpSync(join(workspace.dir, 'good'), join(workspace.dir, 'embeddings'), { recursive: true });
});

/** Puts so many megabytes of a text into the manifest, after one of its own. */
function longManifest(behind: string, text: string, megabytes = 100): void {
  const manifest = readFileSync(path('manifest.json'), 'utf8');
  const at = manifest.indexOf(behind) + behind.length;
  const block = text.repeat(mb / text.length);
  writeFileSync(path('manifest.json'), manifest.slice(0, at));
  for (let i = 0; i < megabytes; i++) writeFileSync(path('manifest.json'), block, { flag: 'a' });
  writeFileSync(path('manifest.json'), manifest.slice(at), { flag: 'a' });
}

const commands = [['verify'], ['search', 'x'], ['ingest', 'docs', '--embedder', 'builtin']];

describe.skipIf(!existsSync('/proc/self/status'))('an output', () => {
  test.each<[string, () => void, number, string[][]?]>([
    ['without anything in it', () => truncateSync(path('manifest.json'), 250 * mb), 120, commands],
    ['of paths without end', () => longManifest('"roots":[', '"a","a",'), 350],
    ['of one document without end', () => longManifest('"chunks":"', 'AAAAAAAA'), 350],
    ['of one document of lists', () => longManifest('"chunks":"', '",[],[],'), 350],
    ['of files of records without end', () => longManifest('"recordFiles":[', '[],[],[]'), 350],
    ['of files of records line by line', () => longManifest('"recordFiles":[\n', '{},\n{},\n'), 150],
  ])('with a manifest %s is damaged', async (_, craft, most, ways = commands.slice(0, 1)) => {
    craft();
    for (const args of ways) {
      const { code, stdout, stderr, peak } = await watched(workspace.start(args));
      expect(stdout + stderr).toMatch(/manifest\.json is damaged \(/);
      expect([code, stdout + stderr]).toEqual([5, expect.not.stringMatching(/unexpected|\n {4}at /)]);
      expect(peak).toBeLessThan(most);
    }
  });

  test.each([
    ['nothing', () => truncateSync(path('failures.jsonl'), 100 * mb)],
    ['lines without anything', () => writeFileSync(path('failures.jsonl'), '\n'.repeat(140 * mb))],
    ['lines of others', () => writeFileSync(path('failures.jsonl'), '{"a":[]}\n'.repeat(mb))],
  ])('whose list of failures holds %s is as if it had none', async (_, craft) => {
    writeFileSync(path('failures.jsonl'), '');
    craft();
    const { code, stderr, peak } = await watched(workspace.start(commands[2]!));
    expect([code, stderr]).toEqual([0, expect.stringContaining('1 unchanged')]);
    expect(existsSync(path('failures.jsonl'))).toBe(false);
    expect(peak).toBeLessThan(300);
  });

  test('with a row without end is damaged', async () => {
    const chunks = readFileSync(path('chunks.jsonl'), 'utf8');
    const manifest = readFileSync(path('manifest.json'), 'utf8');
    const long = chunks.length + 250 * mb;
    writeFileSync(path('manifest.json'), manifest.replaceAll(`"bytes":${chunks.length}`, `"bytes":${long}`));
    for (const letter of ['\0', 'x']) {
      writeFileSync(path('chunks.jsonl'), chunks);
      if (letter === '\0') truncateSync(path('chunks.jsonl'), long);
      else
        for (let i = 0; i < 250; i++) writeFileSync(path('chunks.jsonl'), letter.repeat(mb), { flag: 'a' });
      const { code, stderr, peak } = await watched(workspace.start(['verify']));
      expect([code, stderr]).toEqual([
        5,
        expect.stringMatching(/its lines (hold bytes that were never written|have other lengths)/),
      ]);
      expect(peak).toBeLessThan(300);
    }
  });
});

test('what a manifest has no room for is never written', () => {
  const roots = Array.from({ length: 200_000 }, (_, i) => `${'folder/'.repeat(10)}${i}`);
  expect(() => new Sequence({ roots })).toThrow(UsageError);
  expect(new Sequence({ roots: roots.slice(0, 100_000) }).roots).toHaveLength(100_000);
});
