// Outputs of all formats so far are read, and those of later ones told from damaged ones.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NewerOutputError } from '../../src/errors.js';
import { manifestFormat } from '../../src/output/format/manifest.js';
import { openOutput } from '../../src/output/read/output.js';
import { verifyOutput } from '../../src/output/read/verify.js';
import { recover } from '../../src/output/write/recover.js';
import { fixtures } from '../helpers/cli.js';
import { filesOf, opened, sha256, temporaryFolder, writeAll } from './sample.js';

const formats = Array.from({ length: manifestFormat }, (_, i) => i + 1);

/** A copy of what a version of that format left. */
async function outputOf(format: number): Promise<string> {
  const dir = join(await temporaryFolder(), 'index');
  await cp(join(fixtures, `outputs/format-${format}/index`), dir, { recursive: true });
  return dir;
}

test.each(formats)('reads an output of format %i', async (format) => {
  const dir = await outputOf(format);
  const { problems, rows } = await verifyOutput(dir);
  expect(problems).toEqual([]);
  const output = await opened(dir);
  expect(output.rows).toBe(rows);
  expect(output.documents().map(({ source }) => source)).toEqual([
    'docs/C# 100%.txt',
    'docs/bad.jsonl#1',
    'docs/harbour.md',
    'docs/notes.jsonl#x',
    'docs/notes.jsonl#y',
  ]);
  expect(output.recordFileOf('docs/notes.jsonl#x')).toBe('docs/notes.jsonl');
  expect(output.recordFileOf('docs/C# 100%.txt')).toBeUndefined();
  expect(JSON.parse(await output.line(0)).metadata.source).toBe('docs/C# 100%.txt');
  expect(await output.failures()).not.toEqual([]);
  expect(output.manifest.readers).toMatchObject({ jsonl: 1, text: 1 });
  expect(output.manifest.readers).not.toHaveProperty('asciidoc');
});

const later = manifestFormat + 1;

test.each([
  ['with the files of ours', (text: string) => text.replace(/\d+/, String(later)), []],
  ['with other files', () => `{ "format": ${later}, "parts": 3 }\n`, ['chunks.jsonl', 'vectors.npy']],
])('says that a later format %s is of a newer version', async (_, change, missing) => {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, [{ source: 'docs/a.md', texts: ['alpha'] }]);
  const path = join(dir, 'manifest.json');
  await writeFile(path, change(await readFile(path, 'utf8')));
  for (const name of missing) await rm(join(dir, name));
  const error = await openOutput(dir).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NewerOutputError);
  expect(error).toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(
      new RegExp(`out was made by a newer embed \\(format ${later}, .*: update it, or choose`),
    ),
  });
  await expect(verifyOutput(dir)).rejects.toBeInstanceOf(NewerOutputError);
});

test("says that a newer version's unfinished commit is one", async () => {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, [{ source: 'docs/a.md', texts: ['alpha'] }]);
  const before = await filesOf(dir);
  const body = JSON.stringify({ format: 3, parts: [] });
  await mkdir(join(dir, '.run'));
  await writeFile(join(dir, '.run', 'commit'), `${body}\n${sha256(body)}\n`);
  for (const look of [openOutput, recover]) {
    await expect(look(dir)).rejects.toMatchObject({ code: 'EMBED_NEWER_OUTPUT', exitCode: 5 });
  }
  await rm(join(dir, '.run'), { recursive: true });
  expect(await filesOf(dir)).toEqual(before);
});
