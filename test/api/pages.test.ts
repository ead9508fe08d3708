// `npm run docs` makes a page of each name, and finds nothing undocumented, unexported or linked to nowhere: its
// settings make each of these an error.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { publishedNames } from './declarations.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('has a page for each name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'embed-api-pages-'));
  try {
    const typedoc = join(root, 'node_modules/typedoc/bin/typedoc');
    await promisify(execFile)(process.execPath, [typedoc, '--out', folder], { cwd: root });
    const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const names = pages.map((page) => basename(page, '.html'));
    expect(names).toEqual(expect.arrayContaining(publishedNames()));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
