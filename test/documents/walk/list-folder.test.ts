// What a folder holds comes through fast-glob whole, whatever it is called; and fast-glob is asked for nothing else.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { aliasOf, rawOfAlias } from '../../../src/documents/walk/fast-glob-names.js';
import { list } from '../../../src/documents/walk/list-folder.js';
import { resolveRoots } from '../../../src/documents/walk/paths/roots.js';
import { rawOf } from '../../../src/documents/walk/sources/source-name.js';
import { walk } from '../../../src/documents/walk/walk.js';
import fc from '../../helpers/properties.js';
import { plant, sources, temporaryFolder, walked } from './trees.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A raw path as bytes. */
const bytes = (raw: string) => Buffer.from(raw, 'latin1');

/** Names of the folder, as bytes, without fast-glob. */
const namesIn = (raw: string) => readdirSync(bytes(raw), 'buffer').map(rawOf).sort();

const listedIn = (raw: string) =>
  list(raw)
    .map(({ name }) => name)
    .sort();

const everyByte = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).filter(
  (byte) => byte !== '/',
);

const odd = [
  ...['a\nb.md', '\n', '\n.md', '\r\nx', 'x.md', '.\\x.md', '\\', 'a\\b', '..\\up', '\\\\?\\C:\\x', 'C:'],
  ...[
    '**',
    '*',
    '?',
    '[a]',
    '[!a]',
    '{a,b}',
    '{1..9}',
    '+(a)',
    '@(a|b)',
    '!(a)',
    '!a',
    '(a)',
    '|',
    ']',
    '^$',
  ],
  ...[
    '.hidden',
    '..x',
    '...',
    '-',
    '--limit',
    '-rf',
    '~',
    '%',
    '%41',
    '%zz',
    '%%',
    'A',
    ' ',
    ' x ',
    '#',
    'constructor',
  ],
  ...[
    '\xff',
    'caf\xe9',
    '\xed\xa0\x80',
    '\xf0\x9f\x99',
    rawOf('naïve 日本 🙂'),
    rawOf('e\u0301'),
    rawOf('\u2028'),
  ],
  ...[
    'x'.repeat(255),
    '\n'.repeat(255),
    '*'.repeat(255),
    '%'.repeat(255),
    '\xff'.repeat(255),
    '\\'.repeat(255),
  ],
];

describe('the entries of a folder', () => {
  test.each([
    ['of one byte each', everyByte.filter((byte) => byte !== '.')],
    ['that begin and end with each byte', everyByte.flatMap((byte) => [`${byte}x`, `x${byte}`, `.${byte}.`])],
    ['that mean something elsewhere', odd],
  ])('are all there with names %s', (_, names) => {
    const folder = temporaryFolder();
    for (const name of names) writeFileSync(bytes(`${folder}/${name}`), '');
    expect(listedIn(folder)).toEqual([...new Set(names)].sort());
    expect(listedIn(folder)).toEqual(namesIn(folder));
  });

  test('are those of the folder asked for, whatever it is called', () => {
    const folder = temporaryFolder();
    for (const [place, name] of odd.entries()) {
      mkdirSync(bytes(`${folder}/${name}/${name}`), { recursive: true });
      writeFileSync(bytes(`${folder}/${name}/${place}`), '');
      expect(list(`${folder}/${name}/${name}`)).toEqual([]);
      expect(listedIn(`${folder}/${name}`)).toEqual([`${place}`, name].sort());
    }
    expect(listedIn(folder)).toEqual([...odd].sort());
    expect(listedIn('')).toEqual(namesIn('/'));
  });

  test('have their types, and links are not followed', () => {
    const folder = plant(temporaryFolder(), {
      'a.md': '',
      'd/inner.md': '',
      'to-file': '-> a.md',
      'to-folder': '-> d',
      nowhere: '-> missing',
      self: '-> self',
      up: '-> ..',
    });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('/dev/zero', join(folder, 'zero'));
    expect(Object.fromEntries(list(folder).map(({ name, type }) => [name, type]))).toEqual({
      'a.md': 'file',
      d: 'folder',
      'to-file': 'link',
      'to-folder': 'link',
      nowhere: 'link',
      self: 'link',
      up: 'link',
      pipe: 'special',
      zero: 'link',
    });
  });

  test('are never none because the folder is missing, a file or a pipe', () => {
    const folder = plant(temporaryFolder(), { 'a.md': '' });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(() => list(`${folder}/missing`)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(() => list(`${folder}/a.md`)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
    expect(() => list(`${folder}/pipe`)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  });

  test('are those of now, not of an earlier look', () => {
    const folder = plant(temporaryFolder(), ['a', 'b']);
    expect(listedIn(folder)).toEqual(['a', 'b']);
    rmSync(join(folder, 'a'));
    plant(folder, ['c']);
    expect(listedIn(folder)).toEqual(['b', 'c']);
  });
});

test('any bytes have an alias of their own that fast-glob takes as it is', () => {
  const name = fc
    .array(fc.constantFrom(...everyByte), { minLength: 1, maxLength: 12 })
    .map((parts) => parts.join(''))
    .filter((text) => text !== '.' && text !== '..');
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 20 }), (names) => {
      const aliases = names.map(aliasOf);
      expect(aliases.map(rawOfAlias)).toEqual(names);
      expect(new Set(aliases).size).toBe(names.length);
      for (const alias of aliases) {
        expect(alias).not.toMatch(/[^ -~\x80-\xff]|[\\/*?[\]{}()!+@|]/);
        expect(glob.isDynamicPattern(alias)).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

describe('a walk', () => {
  test('comes down 900 levels', async () => {
    const path = `${'d/'.repeat(900)}a.md`;
    expect(await sources(plant(temporaryFolder(), [path]), ['.'])).toEqual([path]);
  });

  test('goes through folders of any name', async () => {
    const names = ['\n', '**', '{a,b}', 'x\\y', 'a\\b', '-rf', '%41', '!x', 'x'.repeat(255)];
    const paths = names.map((name) => `${name}/${name}/a.md`).sort();
    expect(await sources(plant(temporaryFolder(), paths), ['.'])).toEqual(paths);
  });

  test.each(['a file', 'a pipe', 'nothing'])(
    'takes a folder for gone, not failed, that became %s meanwhile',
    async (what) => {
      const folder = plant(
        temporaryFolder(),
        Array.from({ length: 300 }, (_, n) => `a/${n}.md`),
      );
      plant(folder, ['m/b.md', 'z/c.md']);
      const options = {
        include: [],
        exclude: [],
        gitignore: true,
        follow: false,
        generated: false,
        maxFileSize: 1e6,
        base: folder,
      };
      const entries = [];
      for await (const group of walk(await resolveRoots(['.'], folder), {
        ...options,
        outputDir: join(folder, 'o'),
      })) {
        if (entries.length === 0) {
          rmSync(join(folder, 'm'), { recursive: true });
          if (what === 'a file') writeFileSync(join(folder, 'm'), '');
          if (what === 'a pipe') execFileSync('mkfifo', [join(folder, 'm')]);
        }
        entries.push(...group);
      }
      expect(entries.filter(({ kind }) => kind === 'failure')).toEqual([]);
      expect(entries.slice(-2)).toMatchObject([
        { kind: 'file', source: 'z/c.md' },
        { kind: 'listed', complete: false },
      ]);
    },
  );

  test('asks fast-glob for all of each folder that it enters, and hands it no pattern of a user', async () => {
    const sync = vi.spyOn(glob, 'sync');
    const folder = plant(temporaryFolder(), {
      '.gitignore': 'skip-{this}/\n*.tmp\n',
      '.git/HEAD': '',
      'a/b/x.md': '',
      'a/y.tmp': '',
      'skip-{this}/z.md': '',
      '{odd}/[c]*.md': '',
    });
    const { sources } = await walked(folder, ['a', '{odd}', '*/b', '[a-z]/**/x.md'], {
      include: ['{x,y}*', '+[c]*', '\\[c]*'],
      exclude: ['**/no?', '[d-f]x'],
    });
    expect(sources).toEqual(['a/b/x.md', '{odd}/[c]*.md']);
    const asked = sync.mock.calls.map(([patterns, { fs, ...options } = {}]) => ({ patterns, options }));
    expect(asked.length).toBeGreaterThan(0);
    for (const { patterns, options } of asked) {
      expect(patterns).toBe('**');
      expect(options).toEqual({
        cwd: '/',
        deep: 1,
        dot: true,
        onlyFiles: false,
        objectMode: true,
        braceExpansion: false,
        extglob: false,
        followSymbolicLinks: false,
        unique: false,
      });
    }
    sync.mockClear();
    await walked(folder, ['.']);
    // `.`, `a`, `a/b` and `{odd}`: what a rule keeps out is never listed.
    expect(sync).toHaveBeenCalledTimes(4);
  });
});
