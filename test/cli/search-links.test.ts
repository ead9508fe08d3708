// The place of a result is a link where the terminal can, and a name can't leave it or make one of its own.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { renderResults } from '../../src/cli/terminal/search-view.js';
import type { SearchResult } from '../../src/search/options.js';

const terminal = vi.hoisted(() => ({ stdout: true, stderr: true }));
vi.mock('supports-hyperlinks', () => ({ default: terminal }));

const { isTTY } = process.stdout;
const program = process.env.TERM_PROGRAM;
afterEach(() => {
  process.stdout.isTTY = isTTY;
  if (program === undefined) delete process.env.TERM_PROGRAM;
  else process.env.TERM_PROGRAM = program;
});

const strange = 'docs/é \u001b]8;;https:x\u001b\\ %.md';

async function shown(source: string, { tty = true, links = true, program = '' } = {}): Promise<string> {
  process.stdout.isTTY = tty;
  process.env.TERM_PROGRAM = program;
  terminal.stdout = links;
  const folder = mkdtempSync(join(tmpdir(), 'embed-test-links-'));
  mkdirSync(join(folder, 'docs'));
  for (const name of ['docs/a.md', 'docs/posts.jsonl']) writeFileSync(join(folder, name), '');
  writeFileSync(join(folder, strange), '');
  const metadata = { source, chunk: 0, line: 3, heading: [] };
  const result: SearchResult = {
    id: '',
    text: 'A text.',
    metadata,
    score: 0.5,
    sources: [source],
    words: [],
  };
  const text = await renderResults([result], { folderOf: () => folder, named: (name) => name });
  return text.replaceAll(folder, 'FOLDER');
}

/** Addresses of the links, in their order; an empty one ends a link. */
function linksIn(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: links begin with one.
  return [...text.matchAll(/\u001b\]8;;(.*?)\u001b\\/g)].map(([, url]) => url!);
}

test('the place is a link to file and line, of a record to its file', async () => {
  const host = hostname().toLowerCase();
  const { length } = linksIn(await shown('docs/a.md'));
  expect(length).toBe(2);
  expect(linksIn(await shown('docs/a.md'))).toEqual([`file://${host}FOLDER/docs/a.md#3`, '']);
  expect(linksIn(await shown('docs/posts.jsonl#7'))).toEqual([`file://${host}FOLDER/docs/posts.jsonl#3`, '']);
  expect(linksIn(await shown('docs/a.md', { program: 'vscode' }))[0]).toBe('vscode://fileFOLDER/docs/a.md:3');
});

test('no link where the terminal can none, where nothing is shown on one, and of a file that is gone', async () => {
  expect(linksIn(await shown('docs/a.md', { links: false }))).toEqual([]);
  expect(linksIn(await shown('docs/a.md', { tty: false }))).toEqual([]);
  expect(linksIn(await shown('docs/gone.md'))).toEqual([]);
  expect(linksIn(await shown('../../../../../../../etc/no-such-file'))).toEqual([]);
});

test('a name with a link of its own is escaped, in the address and beside it', async () => {
  const text = await shown(strange);
  const links = linksIn(text);
  expect(links).toHaveLength(2);
  expect(links[0]).toContain('docs/%C3%A9%20%1B%5D8;;https:x%1B%5C%20%25.md#3');
  expect(text).toContain('\\u001b]8;;https:x');
});
