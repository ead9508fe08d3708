// What is told of one path is what the walk does with it.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verdictOn } from '../../../src/documents/walk/explain.js';
import type { WalkOptions } from '../../../src/documents/walk/walk.js';
import { plant, temporaryFolder, walked } from './trees.js';

const files = {
  '.gitignore': '# of all\n*.log\nbuild/\n!keep.log\n',
  'docs/a.md': 'a',
  'docs/b.log': 'b',
  'docs/keep.log': 'c',
  'docs/.hidden/d.md': 'd',
  'docs/build/e.md': 'e',
  'docs/deep/.embedignore': 'secret/\n*.tmp\n!good.tmp\n',
  'docs/deep/secret/f.md': 'f',
  'docs/deep/g.tmp': 'g',
  'docs/deep/good.tmp': 'h',
  'docs/deep/good.png': 'i',
  'docs/node_modules/p/j.md': 'j',
  'docs/venv/pyvenv.cfg': 'k',
  'docs/venv/l.md': 'l',
  'docs/deep/x.min.js': 'm',
  'else/n.md': 'n',
  '.git/HEAD': 'ref',
};

test('for every file of a tree: taken, or left out with the reason that the walk gives', async () => {
  const folder = plant(temporaryFolder(), files);
  symlinkSync('../else/n.md', join(folder, 'docs/away.md'));
  symlinkSync('a.md', join(folder, 'docs/near.md'));
  symlinkSync('nowhere', join(folder, 'docs/broken.md'));
  for (const exclude of [[], ['deep'], ['*.md'], [join(folder, 'docs/deep')], [join(folder, 'else')]]) {
    const options = { exclude };
    const walk = await walked(folder, ['docs'], options);
    const settings = {
      ...{ base: folder, include: [], exclude, gitignore: true, follow: false, generated: false },
      ...{ maxFileSize: 1_000_000, outputDir: join(folder, 'embeddings') },
    };
    const paths = [...Object.keys(files), 'docs/away.md', 'docs/near.md', 'docs/broken.md'].filter((path) =>
      path.startsWith('docs/'),
    );
    let leftOut = 0;
    for (const path of paths) {
      const { reason, at } = verdictOn(join(folder, 'docs'), join(folder, path), settings);
      // The second of two names of a file isn't known to a look at one path.
      if (path === 'docs/near.md' && reason === undefined) continue;
      expect(reason === undefined, `${path} without ${exclude}`).toBe(walk.sources.includes(path));
      if (reason === undefined) continue;
      expect(walk.skipped[at!], path).toBe(reason);
      leftOut++;
    }
    expect(leftOut).toBeGreaterThan(7);
    expect(leftOut).toBeLessThan(paths.length);
  }
});

test('the last line that matches is the rule, of the file that decides', () => {
  const folder = plant(temporaryFolder(), {
    '.git/HEAD': 'ref',
    '.git/info/exclude': '*.bak\n',
    '.gitignore': '*.tmp\r\n\r\n/docs/*.tmp\r\n',
    'docs/a.tmp': 'a',
    'docs/b.bak': 'b',
    'docs/c.md': 'c',
  });
  const settings = {
    ...{ base: folder, include: [], exclude: [], gitignore: true, follow: false, generated: false },
    ...{ maxFileSize: 1_000_000, outputDir: join(folder, 'embeddings') },
  };
  const rule = (path: string) => verdictOn(join(folder, 'docs'), join(folder, path), settings).rule;
  expect(rule('docs/a.tmp')).toEqual({ file: join(folder, '.gitignore'), line: 3, pattern: '/docs/*.tmp' });
  expect(rule('docs/b.bak')).toEqual({ file: join(folder, '.git/info/exclude'), line: 1, pattern: '*.bak' });
  expect(rule('docs/c.md')).toBeUndefined();
});

test('a pattern may begin with the whole path of a root, which others then do not see', async () => {
  const folder = plant(temporaryFolder(), { 'a/x/1.md': '1', 'a/y/2.md': '2', 'b/x/3.md': '3' });
  const exclude = [join(folder, 'a/x'), join(folder, 'b/none*')];
  const unused: string[] = [];
  const onUnused: WalkOptions['onUnused'] = (all) => unused.push(...all.map(({ pattern }) => pattern));
  const { sources } = await walked(folder, ['a', 'b'], { exclude, onUnused });
  expect(sources).toEqual(['a/y/2.md', 'b/x/3.md']);
  expect(unused).toEqual(['/none*']);
});
