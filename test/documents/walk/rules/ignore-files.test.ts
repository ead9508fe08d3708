import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import fc from '../../../helpers/properties.js';
import { plant, sources, temporaryFolder, walked } from '../trees.js';

/** Without the configuration of the user who runs the tests. */
beforeEach(() => {
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
  vi.stubEnv('GIT_CONFIG_SYSTEM', '/dev/null');
  vi.stubEnv('XDG_CONFIG_HOME', '/nonexistent');
  return () => vi.unstubAllEnvs();
});

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
}

/** What git would add below `at`. */
function gitFiles(folder: string, at = '.'): string[] {
  const names = git(folder, 'ls-files', '--others', '--exclude-standard', '-z', '--', at).split('\0');
  return names.filter((name) => name !== '' && !/(^|\/)\./.test(name)).sort(byBytes);
}

describe('the rules of git beside .gitignore', () => {
  const names = ['a.md', 'b.md', 'c.md', 'd.md', 'sub/a.md', 'sub/b.md', 'sub/c.md', 'sub/e.md'];

  /** The files that are taken; the same as git's. */
  async function taken(folder: string, at = '.'): Promise<string[]> {
    const found = await sources(folder, [at]);
    expect(found).toEqual(gitFiles(folder, at));
    return found;
  }

  test('info/exclude, the file of core.excludesFile and the default one hold, weaker than .gitignore', async () => {
    const home = plant(temporaryFolder(), {
      'git/ignore': 'a.md\n/sub/e.md\n',
      gitconfig: '[core]\n\texcludesFile = "~/other" ; a comment\n',
      other: 'c.md\n',
      included: '[core] excludesfile = ~/last\n',
      last: 'd.md\n',
    });
    const folder = plant(temporaryFolder(), names);
    git(folder, 'init', '-q');
    vi.stubEnv('HOME', home);
    vi.stubEnv('XDG_CONFIG_HOME', home);
    expect(await taken(folder)).toEqual(names.filter((name) => !/a\.md|e\.md/.test(name)));
    expect(await taken(folder, 'sub')).toEqual(['sub/b.md', 'sub/c.md']);
    plant(folder, { '.git/info/exclude': 'b.md\n!sub/e.md\n', '.gitignore': '!sub/b.md\n' });
    expect(await taken(folder)).toEqual(['c.md', 'd.md', 'sub/b.md', 'sub/c.md', 'sub/e.md']);
    vi.stubEnv('GIT_CONFIG_GLOBAL', join(home, 'gitconfig'));
    expect(await taken(folder)).toEqual(['a.md', 'd.md', 'sub/a.md', 'sub/b.md', 'sub/e.md']);
    plant(home, {
      gitconfig: `[core]\nexcludesFile = x\n[includeIf "gitdir:${folder}/"]\n path = included\n`,
    });
    expect(await taken(folder)).toEqual(['a.md', 'c.md', 'sub/a.md', 'sub/b.md', 'sub/c.md', 'sub/e.md']);
    plant(home, { gitconfig: '[includeIf "gitdir:/elsewhere/"]\n path = included\n' });
    expect(await taken(folder)).toEqual(['c.md', 'd.md', 'sub/b.md', 'sub/c.md', 'sub/e.md']);
    git(folder, 'config', 'core.excludesFile', join(home, 'last'));
    expect(await taken(folder)).toEqual(['a.md', 'c.md', 'sub/a.md', 'sub/b.md', 'sub/c.md', 'sub/e.md']);
    expect((await sources(folder, ['.'], { gitignore: false })).length).toBe(8);
  });

  test('hold in worktrees and repositories within a walk, too', async () => {
    const folder = plant(temporaryFolder(), { 'repo/x.md': '' });
    const repo = join(folder, 'repo');
    git(repo, 'init', '-q');
    git(repo, '-c', 'user.name=n', '-c', 'user.email=e', 'commit', '-q', '--allow-empty', '-m', 'first');
    git(repo, 'worktree', 'add', '-q', '../tree');
    plant(folder, {
      'repo/.git/info/exclude': 'a.md\n',
      'tree/a.md': '',
      'tree/b.md': '',
      'repo/a.md': '',
      'a.md': '',
    });
    expect(await taken(join(folder, 'tree'))).toEqual(['b.md']);
    expect(await sources(folder, ['.'])).toEqual(['a.md', 'repo/x.md', 'tree/b.md']);
    expect(await sources(folder, ['**/*.md'])).toEqual(['a.md', 'repo/x.md', 'tree/b.md']);
  });

  test('take capital and small letters for the same where core.ignoreCase says so, in that repository alone', async () => {
    const folder = plant(temporaryFolder(), {
      '.gitignore': '/Build/\n*.LOG\n[[:upper:]].md\n!Keep.log\n',
      '.embedignore': 'C.txt\n',
      ...Object.fromEntries(
        ['build/a.md', 'x/build/ab.md', 'a.log', 'keep.LOG', 'b.md', 'c.txt'].map((name) => [name, '']),
      ),
    });
    git(folder, 'init', '-q');
    const all = ['a.log', 'b.md', 'build/a.md', 'c.txt', 'keep.LOG', 'x/build/ab.md'];
    for (const [written, is] of [
      ['= TRUE', true],
      ['', true],
      ['= 1 ; yes', true],
      ['= "off"', false],
      ['=', false],
    ] as const) {
      plant(folder, { '.git/config': `[core]\nignoreCase ${written}\n` });
      expect(await taken(folder), written).toEqual(
        is ? ['c.txt', 'keep.LOG', 'x/build/ab.md'] : all.filter((name) => name !== 'keep.LOG'),
      );
    }
    plant(folder, {
      '.git/config': '[core]\nignoreCase\n',
      'in/.git/HEAD': '',
      'in/.gitignore': 'A.md',
      'in/a.md': '',
    });
    expect((await sources(folder, ['.'])).includes('in/a.md')).toBe(true);
    expect(await sources(folder, ['build'])).toEqual(['build/a.md']);
  });

  test('of a hostile repository end: configurations that include themselves, a device as rules', async () => {
    const folder = plant(temporaryFolder(), { 'a.md': '', 'r/b.md': '' });
    const config = `[include]\npath = config\npath = config\n[core]\nexcludesFile = ${'x'.repeat(9999)}\n`;
    plant(folder, { 'r/.git/config': config, 'r/.git/HEAD': '' });
    expect(await sources(folder, ['.'])).toEqual(['a.md', 'r/b.md']);
    plant(folder, { 'r/.git/config': '[core]\nexcludesFile = /dev/zero\n' });
    expect((await walked(folder, ['.'])).failures).toEqual(['r: unreadable-folder']);
  });
});

test('ignore files in UTF-16, as PowerShell writes them, are rules; others that are no text fail', async () => {
  const folder = plant(temporaryFolder(), names16);
  const rules = 'a.md\r\nsub/\r\n';
  for (const mark of [true, false]) {
    writeFileSync(join(folder, '.embedignore'), Buffer.from(`${mark ? '\ufeff' : ''}${rules}`, 'utf16le'));
    expect(await sources(folder, ['.'])).toEqual(['b.md']);
  }
  writeFileSync(join(folder, '.embedignore'), `\ufeff${rules}`);
  expect(await sources(folder, ['.'])).toEqual(['b.md']);
  writeFileSync(join(folder, '.embedignore'), Buffer.from('a.md\0\0\x01b'));
  const { failures, sources: none } = await walked(folder, ['.']);
  expect([none, failures]).toEqual([[], ['.: unreadable-folder']]);
});
const names16 = ['a.md', 'b.md', 'sub/c.md'];

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
    const name = fc.constantFrom(
      ...[
        'a',
        'b',
        'ab',
        'a b',
        'B',
        'a.md',
        'b.md',
        'ab.md',
        'x',
        'doc',
        'A.MD',
        '#a',
        '!a',
        'a ',
        '[a]',
        'a*',
        'a\\b',
      ],
    );
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const pattern = fc
      .tuple(
        fc.constantFrom('', '', '!', '/', '**/', '!/', '\\', '//'),
        fc.array(
          fc.constantFrom(
            ...[
              'a',
              'b',
              'a*',
              '*',
              '*.md',
              '?',
              '[ab]',
              '[!a]',
              '**',
              'doc',
              'x',
              'a b',
              '\\#a',
              '#a',
              '\\[a\\]',
            ],
            ...[
              '[A-Z]',
              '[[:upper:]]*',
              '[]a]',
              '[a',
              'a\\*',
              'a\\',
              '*.M*',
              '.',
              '..',
              'a\\\\b',
              'a\\ ',
              'a ',
            ],
          ),
          { minLength: 1, maxLength: 3 },
        ),
        fc.constantFrom('', '', '/', '/*', '/**', '//', ' ', '  ', '\\ ', '\r', '\t'),
      )
      .map(([before, parts, after]) => before + parts.join('/') + after);
    const rules = fc.array(pattern, { maxLength: 4 }).map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(path, { minLength: 1, maxLength: 15 }),
        fc.boolean(),
        rules,
        rules,
        rules,
        async (paths, ignoreCase, ...lines) => {
          const files = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)));
          const folder = plant(temporaryFolder(), [...new Set(files)]);
          const folders = [
            '.',
            ...new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!)),
          ];
          for (const [index, at] of folders.slice(0, 3).entries())
            plant(folder, { [`${at}/.gitignore`]: lines[index]! });
          // All that git wants of a repository, without a process for it.
          plant(folder, { '.git/HEAD': 'ref: refs/heads/main', '.git/objects/': '', '.git/refs/': '' });
          if (ignoreCase) plant(folder, { '.git/config': '[core] ignoreCase' });
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
