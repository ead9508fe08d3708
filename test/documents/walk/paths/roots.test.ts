import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveRoots } from '../../../../src/documents/walk/paths/roots.js';
import { UsageError } from '../../../../src/errors.js';
import { plant, sources, temporaryFolder } from '../trees.js';

async function labels(folder: string, paths: string[], base = folder): Promise<string[]> {
  return (await resolveRoots(paths, folder, base)).map((root) => `${root.kind} ${root.label}`);
}

describe('resolveRoots', () => {
  test('tells files, folders and standard input apart, each once', async () => {
    const folder = plant(temporaryFolder(), ['docs/a.md', 'b.md']);
    expect(await labels(folder, ['docs/', './b.md', '-', 'docs', '.', 'docs/../b.md', '-'])).toEqual([
      'folder docs',
      'file b.md',
      'stdin -',
      'folder .',
    ]);
    expect(await labels(folder, ['b.md', 'docs'], join(folder, 'docs'))).toEqual([
      `file ${folder}/b.md`,
      'folder .',
    ]);
  });

  test.each([
    ['dcos', 'There is no file or folder "dcos": did you mean "docs"?'],
    ['Docs/a.md', 'There is no file or folder "Docs/a.md": did you mean "docs/a.md"?'],
    ['docs/handbok.md', 'There is no file or folder "docs/handbok.md": did you mean "docs/handbook.md"?'],
    ['qqqqqq', 'There is no file or folder "qqqqqq": check the path.'],
    ['docs/*.mdx', 'The pattern "docs/*.mdx" matches nothing: check it, or name a folder and use --include.'],
    ['', 'An empty path names nothing: give a file or folder.'],
  ])('%s: %s', async (path, message) => {
    const folder = plant(temporaryFolder(), ['docs/a.md', 'docs/handbook.md', 'other']);
    await expect(resolveRoots([path], folder)).rejects.toThrow(UsageError);
    await expect(resolveRoots([path], folder)).rejects.toThrow(message);
  });

  test('names the first wrong part of a path', async () => {
    const folder = plant(temporaryFolder(), ['docs/a.md']);
    await expect(resolveRoots(['dcos/b.md'], folder)).rejects.toThrow(
      `There is no file or folder "dcos/b.md": "${folder}/dcos" doesn't exist, but "${folder}/docs" does.`,
    );
    await expect(resolveRoots([`${folder}/dcos`], '/')).rejects.toThrow(`did you mean "${folder}/docs"?`);
    await expect(resolveRoots(['../dcos'], join(folder, 'docs'))).rejects.toThrow('did you mean');
  });

  test('refuses what is neither file nor folder', async () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(resolveRoots(['pipe'], folder)).rejects.toThrow('"pipe" is neither a file nor a folder');
  });

  test('expands patterns, but not the names of existing files', async () => {
    const folder = plant(temporaryFolder(), [
      'docs/a.md',
      'docs/b.txt',
      'docs/s/c.md',
      'docs/.h/d.md',
      'docs/node_modules/e.md',
      'what?.md',
      'whatx.md',
      'p/one/docs/f.md',
      'p/two/docs/g.md',
    ]);
    expect(await labels(folder, ['docs/**/*.md'])).toEqual(['file docs/a.md', 'file docs/s/c.md']);
    expect(await labels(folder, ['docs/*'])).toEqual(['file docs/a.md', 'file docs/b.txt', 'folder docs/s']);
    expect(await labels(folder, ['docs/**'])).toEqual(['file docs/a.md', 'file docs/b.txt', 'folder docs/s']);
    expect(await labels(folder, ['docs/.*/*.md'])).toEqual(['file docs/.h/d.md']);
    expect(await labels(folder, ['docs/node_modules/*'])).toEqual(['file docs/node_modules/e.md']);
    expect(await labels(folder, ['what?.md'])).toEqual(['file what?.md']);
    expect(await labels(folder, ['p/*/docs/'])).toEqual(['folder p/one/docs', 'folder p/two/docs']);
    expect(await labels('/', [`${folder}/p/*`], folder)).toEqual(['folder p/one', 'folder p/two']);
  });
});

describe('what a pattern matched', () => {
  test('is left out where ignore rules say so, unless it is named as well', async () => {
    const folder = plant(temporaryFolder(), {
      '.git/HEAD': '',
      '.gitignore': 'build/\n*.log.md\n',
      'docs/a.md': '',
      'docs/x.log.md': '',
      'docs/build/b.md': '',
      'docs/.h/c.md': '',
      'docs/s/d.txt': '',
    });
    expect(await sources(folder, ['**/*.md'])).toEqual(['docs/a.md']);
    expect(await sources(folder, ['docs/*'])).toEqual(['docs/a.md', 'docs/s/d.txt']);
    expect(await sources(folder, ['docs/.h/*'])).toEqual(['docs/.h/c.md']);
    expect(await sources(folder, ['docs/*', 'docs/x.log.md'])).toEqual([
      'docs/a.md',
      'docs/s/d.txt',
      'docs/x.log.md',
    ]);
    expect(await sources(folder, ['docs/build/*'])).toEqual(['docs/build/b.md']);
    expect(await sources(folder, ['**/*.md'], { exclude: ['a.*'] })).toEqual([]);
  });

  test('does not loop through links', async () => {
    const folder = plant(temporaryFolder(), {
      'd/a.md': '',
      'd/l1': '-> .',
      'd/l2': '-> ../d',
      'd/b.md': '-> a.md',
    });
    expect(await sources(folder, ['d/**/*.md'])).toEqual(['d/a.md']);
    expect(await sources(folder, ['d/*'])).toEqual(['d/a.md']);
  });
});
