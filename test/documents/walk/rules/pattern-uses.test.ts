// Which patterns are told as unused: those that no name of the walk matched.
import { expect, test } from 'vitest';
import { refusal } from '../../../../src/documents/walk/folder.js';
import { rootFolder } from '../../../../src/documents/walk/paths/root-folder.js';
import { compileGlobs } from '../../../../src/documents/walk/rules/include-exclude.js';
import { temporaryFolder } from '../../../output/sample.js';

/** Walks these names in a folder, folders with a slash, and tells what was unused. */
async function unusedOf(include: string[], exclude: string[], names: string[]): Promise<string[]> {
  const globs = compileGlobs(include, exclude);
  const tree = { gitignore: false, nodeModules: false, hidden: false, output: '', base: '', follow: false };
  const root = rootFolder(await temporaryFolder(), { ...tree, generated: false, globs });
  for (const path of names) {
    const isFolder = path.endsWith('/');
    const parts = path.replace(/\/$/, '').split('/');
    const name = parts.pop()!;
    const folder = { ...root, text: root.text + parts.map((part) => `${part}/`).join('') };
    refusal(folder, name, isFolder);
  }
  return globs.uses!.unused.map(({ setting, pattern }) => `${setting} ${pattern}`);
}

const names = ['.git/', 'a.md', 'drafts/', 'node_modules/', 'sub/', 'sub/b.txt', 'sub/x, y.txt'];

test.each([
  { include: ['*.md', '*.mdd'], exclude: [], unused: ['include *.mdd'] },
  { include: ['sub/', 'none/'], exclude: [], unused: ['include none/'] },
  { include: ['/a.md', './sub/*.txt'], exclude: [], unused: [] },
  { include: ['sub'], exclude: [], unused: [] },
  { include: ['su'], exclude: [], unused: ['include su'] },
  { include: [], exclude: ['drafts/', 'draft/'], unused: ['exclude draft/'] },
  { include: [], exclude: ['drafts/**,*.tmp'], unused: ['exclude *.tmp'] },
  { include: [], exclude: ['x, y.txt'], unused: [] },
  // What stands in a folder that isn't entered may be there or not.
  { include: [], exclude: ['drafts', 'drafts/old/*.md', 'other/*.md'], unused: ['exclude other/*.md'] },
  { include: [], exclude: ['node_modules', '**/node_modules/**', '.git', '.hg'], unused: ['exclude .hg'] },
])('$include $exclude', async ({ include, exclude, unused }) => {
  expect(await unusedOf(include, exclude, names)).toEqual(unused);
});

test('nothing is told where no folder was listed, nor of more patterns than are watched', async () => {
  expect(await unusedOf(['*.none'], ['*.nothing'], [])).toEqual([]);
  const many = Array.from({ length: 300 }, (_, i) => `none-${i}`);
  expect(await unusedOf([], many, names)).toHaveLength(100);
});
