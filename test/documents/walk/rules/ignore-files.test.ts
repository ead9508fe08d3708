import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import fc from '../../../helpers/properties.js';
import { plant, sources, temporaryFolder } from '../trees.js';

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function git(folder: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', env });
}

/** What git would add below `at`. */
function gitFiles(folder: string, at = '.'): string[] {
  const names = git(folder, 'ls-files', '--others', '--exclude-standard', '-z', '--', at).split('\0');
  return names.filter((name) => name !== '' && !/(^|\/)\./.test(name)).sort(byBytes);
}

describe('.gitignore', () => {
  test('works as in git: nested, anchored, negated, folders only, up to the top level', async () => {
    const folder = plant(temporaryFolder(), {
      '.gitignore':
        '# comment\n*.tmp\n/top.md\nbuild/\n!keep.tmp\nsub/skip.md\n\\!odd.md\nspace\\ \n**/deep/*.md\r\n',
      'sub/.gitignore': '!a.tmp\n*.md\n!b.md\n',
      'top.md': '',
      'sub/top.md': '',
      'sub/b.md': '',
      'sub/a.tmp': '',
      'sub/c.tmp': '',
      'keep.tmp': '',
      'build/x.md': '',
      'sub/build': '',
      '!odd.md': '',
      'space ': '',
      'x/deep/a.md': '',
      'x/deep/s/a.md': '',
      'x/Build/a.md': '',
    });
    git(folder, 'init', '-q');
    expect(await sources(folder, ['.'])).toEqual(gitFiles(folder));
    expect(await sources(folder, ['sub', 'x'])).toEqual(
      gitFiles(folder).filter((name) => /^(sub|x)\//.test(name)),
    );
    expect(await sources(join(folder, 'sub'), ['.'])).toEqual(['a.tmp', 'b.md', 'build']);
    expect((await sources(folder, ['.'], { gitignore: false })).length).toBe(13);
  });

  test('of an outer repository does not reach into an inner one, nor do files above a repository', async () => {
    const folder = plant(temporaryFolder(), {
      '.gitignore': 'a.md',
      'repo/.git/HEAD': '',
      'repo/.gitignore': 'b.md',
      'repo/vendor/.git': 'gitdir: x',
      'repo/vendor/b.md': '',
      'repo/a.md': '',
      'repo/b.md': '',
    });
    expect(await sources(folder, ['repo'])).toEqual(['repo/a.md', 'repo/vendor/b.md']);
    expect(await sources(folder, ['.'])).toEqual(['repo/a.md', 'repo/vendor/b.md']);
  });

  test('takes back single folders, as git does, whatever their names', async () => {
    const odd = 'a [b] !#*?\\ ';
    const folder = plant(temporaryFolder(), {
      '.gitignore': 'a/**\nc/*\n',
      'a/.gitignore': '!b\n',
      'a/b/x.md': '',
      'c/.gitignore': `!b\n!a*/\n`,
      'c/b/x.md': '',
      'c/d/x.md': '',
      [`c/${odd}/x.md`]: '',
    });
    git(folder, 'init', '-q');
    expect(await sources(folder, ['.'])).toEqual([`c/${odd}/x.md`, 'c/b/x.md']);
    expect(gitFiles(folder)).toEqual([`c/${odd}/x.md`, 'c/b/x.md']);
  });

  test('agrees with git on any tree and any rules', async () => {
    const name = fc.constantFrom('a', 'b', 'ab', 'a b', 'B', 'a.md', 'b.md', 'ab.md', 'x', 'doc');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const pattern = fc
      .tuple(
        fc.constantFrom('', '', '!', '/', '**/', '!/'),
        fc.array(fc.constantFrom('a', 'b', 'a*', '*', '*.md', '?', '[ab]', '[!a]', '**', 'doc', 'x', 'a b'), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.constantFrom('', '', '/', '/*', '/**'),
      )
      .map(([before, parts, after]) => before + parts.join('/') + after);
    const rules = fc.array(pattern, { maxLength: 4 }).map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(path, { minLength: 1, maxLength: 15 }),
        rules,
        rules,
        rules,
        async (paths, ...lines) => {
          const files = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)));
          const folder = plant(temporaryFolder(), [...new Set(files)]);
          const folders = [
            '.',
            ...new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!)),
          ];
          for (const [index, at] of folders.slice(0, 3).entries())
            plant(folder, { [`${at}/.gitignore`]: lines[index]! });
          git(folder, 'init', '-q');
          const expected = gitFiles(folder);
          expect(await sources(folder, ['.'])).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('.embedignore', () => {
  test('has the same rules, outranks .gitignore, and holds without a repository and with --no-gitignore', async () => {
    const folder = plant(temporaryFolder(), {
      '.embedignore': 'draft*\n!wanted/\n',
      '.gitignore': '*.log\nwanted/\n',
      'docs/.embedignore': '!draft-b.md\n!b.log\n',
      'docs/draft-a.md': '',
      'docs/draft-b.md': '',
      'docs/a.log': '',
      'docs/b.log': '',
      'docs/drafts/x.md': '',
      'wanted/y.md': '',
    });
    expect(await sources(folder, ['.'])).toEqual(['docs/b.log', 'docs/draft-b.md', 'wanted/y.md']);
    expect(await sources(folder, ['docs'], { gitignore: false })).toEqual([
      'docs/a.log',
      'docs/b.log',
      'docs/draft-b.md',
    ]);
    expect(await sources(folder, ['docs/drafts', 'docs/draft-a.md'])).toEqual([
      'docs/draft-a.md',
      'docs/drafts/x.md',
    ]);
  });

  test('is still right after thousands of questions', async () => {
    const names = Array.from({ length: 9000 }, (_, index) => `${index}.${index % 2 ? 'md' : 'tmp'}`);
    const folder = plant(temporaryFolder(), { '.embedignore': '*.tmp\n!0.tmp\n' });
    plant(folder, names);
    const taken = await sources(folder, ['.']);
    expect(taken.length).toBe(4501);
    expect(taken[0]).toBe('0.tmp');
  });
});
