import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveRoots } from '../../../src/documents/walk/paths/roots.js';
import { type WalkEntry, walk } from '../../../src/documents/walk/walk.js';
import fc from '../../helpers/properties.js';
import { plant, sources, temporaryFolder, walked } from './trees.js';

describe('links that are followed', () => {
  test('are followed to files and folders outside', async () => {
    const folder = plant(temporaryFolder(), {
      'docs/a.md': '-> ../else/x.md',
      'docs/b': '-> ../else/folder',
      'else/x.md': '',
      'else/folder/y.md': '',
      'else/folder/s/z.md': '',
    });
    expect(await sources(folder, ['docs'], { follow: true })).toEqual([
      'docs/a.md',
      'docs/b/s/z.md',
      'docs/b/y.md',
    ]);
  });

  test('to what is walked under its own name are left out', async () => {
    const folder = plant(temporaryFolder(), {
      'docs/a-link': '-> v2',
      'docs/a.md': '-> v2/x.md',
      'docs/v2/x.md': '',
    });
    const { sources, skipped } = await walked(folder, ['docs']);
    expect(sources).toEqual(['docs/v2/x.md']);
    expect(skipped).toEqual({ 'docs/a-link': 'duplicate', 'docs/a.md': 'duplicate' });
  });

  test('to what is left out under its own name are followed', async () => {
    const folder = plant(temporaryFolder(), {
      'pkgs/.store/one/README.md': '',
      'pkgs/.store/one/lib/x.md': '',
      'pkgs/one': '-> .store/one',
      'pkgs/two': '-> .store/one',
      'pkgs/x.md': '-> .store/one/lib/x.md',
    });
    expect(await sources(folder, ['pkgs'], { follow: true })).toEqual([
      'pkgs/one/README.md',
      'pkgs/one/lib/x.md',
    ]);
  });

  test('that loop are survived', async () => {
    const folder = plant(temporaryFolder(), {
      'd/a.md': '',
      'd/self': '-> .',
      'd/up': '-> ..',
      'd/s/back': '-> ../../d',
      'd/s/b.md': '',
      'd/ring1': '-> ring2',
      'd/ring2': '-> ring1',
      'out/c.md': '',
      'out/again': '-> ../out',
      'd/to-out': '-> ../out',
    });
    const { sources, listed } = await walked(folder, ['d'], { follow: true });
    expect(sources).toEqual(['d/a.md', 'd/s/b.md', 'd/to-out/c.md']);
    expect(listed).toEqual(['d']);
  });

  test('that lead nowhere are left out, and the listing is complete', async () => {
    const folder = plant(temporaryFolder(), { 'a.md': '', 'b.md': '-> missing', 'c.md': '-> a.md/x' });
    const { sources, skipped, listed, failures } = await walked(folder, ['.']);
    expect(sources).toEqual(['a.md']);
    expect(skipped).toEqual({ 'b.md': 'broken-link', 'c.md': 'broken-link' });
    expect([listed, failures]).toEqual([['.'], []]);
  });

  test('named as roots give no document twice', async () => {
    const folder = plant(temporaryFolder(), {
      'docs/a.md': '',
      'docs/sub/b.md': '',
      link: '-> docs',
      deep: '-> docs/sub',
      'one.md': '-> docs/a.md',
      far1: '-> elsewhere',
      far2: '-> elsewhere/s',
      'elsewhere/s/c.md': '',
      'elsewhere/d.md': '',
    });
    expect(await sources(folder, ['link', 'docs', 'deep', 'one.md'])).toEqual(['docs/a.md', 'docs/sub/b.md']);
    expect(await sources(folder, ['link', 'docs/sub'])).toEqual(['docs/sub/b.md', 'link/a.md']);
    expect(await sources(folder, ['deep', 'one.md'])).toEqual(['deep/b.md', 'one.md']);
    expect(await sources(folder, ['far2', 'far1'])).toEqual(['far1/d.md', 'far1/s/c.md']);
    const { listed } = await walked(folder, ['link', 'docs']);
    expect(listed.sort()).toEqual(['docs', 'link']);
  });

  test('to a file that is named as well give way to it', async () => {
    const folder = plant(temporaryFolder(), {
      'd/l.md': '-> ../x/a.md',
      'd/x': '-> ../x',
      'x/a.md': '',
      'x/b.md': '',
    });
    expect(await sources(folder, ['d', 'x/a.md'], { follow: true })).toEqual(['d/x/b.md', 'x/a.md']);
    expect(await sources(folder, ['d'], { follow: true })).toEqual(['d/l.md', 'd/x/b.md']);
  });

  test('on the way to a root do not change its sources', async () => {
    const folder = plant(temporaryFolder(), { 'real/docs/a.md': '', alias: '-> real' });
    expect(await sources(join(folder, 'alias'), ['docs'], { base: join(folder, 'real') })).toEqual([
      'docs/a.md',
    ]);
  });
});

describe('links that are not followed', () => {
  test('are left out and told when they lead out of their root or to what is left out there', async () => {
    const folder = plant(temporaryFolder(), {
      'docs/a.md': '',
      'docs/out.md': '-> ../else/x.md',
      'docs/out': '-> ../else/folder',
      'docs/.hidden/b.md': '',
      'docs/hidden': '-> .hidden',
      'docs/hidden.md': '-> .hidden/b.md',
      'docs/.embedignore': 'private/\n',
      'docs/private/c.md': '',
      'docs/sub/private.md': '-> ../private/c.md',
      'docs/modules': '-> node_modules/one',
      'docs/node_modules/one/README.md': '',
      'docs/up': '-> ..',
      'else/x.md': '',
      'else/folder/y.md': '',
    });
    const { sources, skipped, listed } = await walked(folder, ['docs']);
    expect(sources).toEqual(['docs/a.md']);
    expect(skipped).toEqual({
      'docs/.embedignore': 'hidden',
      'docs/.hidden': 'hidden',
      'docs/hidden': 'link',
      'docs/hidden.md': 'link',
      'docs/modules': 'link',
      'docs/node_modules': 'node_modules',
      'docs/out': 'link',
      'docs/out.md': 'link',
      'docs/private': 'ignored',
      'docs/sub/private.md': 'link',
      'docs/up': 'link',
    });
    expect(listed).toEqual(['docs']);
  });

  test('are taken where their target has another name in the root that no rule takes', async () => {
    const folder = plant(temporaryFolder(), { 'docs/guide.md': '-> GUIDE', 'docs/GUIDE': '' });
    expect(await sources(folder, ['docs'], { include: ['*.md'] })).toEqual(['docs/guide.md']);
    expect(await sources(folder, ['docs'])).toEqual(['docs/GUIDE']);
  });

  test('are taken when they are named, and left out when a pattern matches them', async () => {
    const folder = plant(temporaryFolder(), {
      'docs/one.md': '-> ../else/x.md',
      'docs/all': '-> ../else',
      'docs/a.md': '',
      'else/x.md': '',
    });
    expect(await sources(folder, ['docs/one.md'])).toEqual(['docs/one.md']);
    expect(await sources(folder, ['docs/all'])).toEqual(['docs/all/x.md']);
    const { sources: found, skipped } = await walked(folder, ['docs/*']);
    expect(found).toEqual(['docs/a.md']);
    expect(skipped).toEqual({ 'docs/all': 'link', 'docs/one.md': 'link' });
    expect(await sources(folder, ['docs/*'], { follow: true })).toEqual(['docs/a.md', 'docs/all/x.md']);
  });

  test('lead nowhere on the way to the output, either', async () => {
    const folder = plant(temporaryFolder(), { 'docs/a.md': '', 'docs/l': '-> ../else', 'else/x.md': '' });
    const base = join(folder, 'docs/l');
    expect(await sources(folder, ['docs'], { base })).toEqual([join(folder, 'docs/a.md')]);
  });

  test('to a folder that another root walks are no loss', async () => {
    const folder = plant(temporaryFolder(), { 'docs/l': '-> ../else', 'docs/a.md': '', 'else/x.md': '' });
    const { sources, skipped } = await walked(folder, ['docs', 'else']);
    expect(sources).toEqual(['docs/a.md', 'else/x.md']);
    expect(skipped).toEqual({ 'docs/l': 'duplicate' });
  });
});

describe('any tree with links', () => {
  test('is walked in order, each file once, and none is missed that has a name of its own', async () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(path, { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(path, path), { maxLength: 8 }),
        fc.subarray(['a', 'b', 'c', 'd', 'a/b', '.']),
        fc.boolean(),
        async (files, links, chosen, follow) => {
          const folder = temporaryFolder();
          for (const file of files) tryTo(() => plant(folder, [`${file}/f`]));
          for (const [at, target] of links)
            tryTo(() => plant(folder, { [`${at}/l`]: `-> ${folder}/${target}` }));
          for (const [at, target] of links) tryTo(() => plant(folder, { [at]: `-> ${folder}/${target}` }));
          const roots = chosen.filter((root) => existsSync(join(folder, root)));
          const { sources } = await walked(folder, roots, { follow });
          expect(sources).toEqual([...sources].sort());
          const found = sources.map((source) => realpathSync(join(folder, source)));
          expect(new Set(found).size).toBe(found.length);
          for (const root of roots) {
            for (const file of realFiles(realpathSync(join(folder, root)))) expect(found).toContain(file);
          }
        },
      ),
      { numRuns: 80 },
    );
  });
});

describe('what cannot be read', () => {
  // Root reads everything, so the walk runs in a child that gives its rights up.
  test.skipIf(process.getuid?.() !== 0 && process.getuid === undefined)(
    'is a failure of that folder only',
    () => {
      const folder = plant(temporaryFolder(), {
        'a/x.md': '',
        'b/y.md': '',
        'b/deep/z.md': '',
        'c/w.md': '',
        'd/.embedignore': 'x.md',
        'd/x.md': '',
        'e.md': '-> b/y.md',
      });
      chmodSync(folder, 0o755);
      chmodSync(join(folder, 'b'), 0);
      chmodSync(join(folder, 'd/.embedignore'), 0);
      const script = `
      const { resolveRoots } = await import('./dist/documents/walk/paths/roots.js');
      const { walk } = await import('./dist/documents/walk/walk.js');
      if (process.getuid() === 0) process.setuid(65534);
      const base = ${JSON.stringify(folder)};
      const options = { base, include: [], exclude: [], gitignore: true, follow: false, generated: false, maxFileSize: 1e6, outputDir: base + '/out' };
      const entries = [];
      for await (const group of walk(await resolveRoots(['.', 'b', 'a'], base), options)) entries.push(...group);
      console.log(JSON.stringify(entries.map((e) => e.source ?? e.failure ?? [e.root, e.complete])));
    `;
      const root = new URL('../../..', import.meta.url).pathname;
      const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: root,
        encoding: 'utf8',
      });
      chmodSync(join(folder, 'b'), 0o755);
      expect(child.stderr).toBe('');
      const entries = JSON.parse(child.stdout) as unknown[];
      expect(entries).toEqual(
        expect.arrayContaining([
          ['.', false],
          ['a', true],
          ['b', false],
        ]),
      );
      expect(entries.filter((entry) => !Array.isArray(entry))).toEqual([
        'a/x.md',
        { source: 'b', code: 'unreadable-folder' },
        'c/w.md',
        { source: 'd', code: 'unreadable-folder' },
        { source: 'e.md', code: 'unreadable' },
      ]);
    },
  );

  test.each(['z', 'a/99.md'])('is gone, not failed, when %s was deleted during the walk', async (name) => {
    const files = Array.from({ length: 300 }, (_, n) => `a/${n}.md`);
    const folder = plant(temporaryFolder(), [...files, 'z/b.md']);
    const options = {
      include: [],
      exclude: [],
      gitignore: true,
      follow: false,
      generated: false,
      maxFileSize: 1e6,
    };
    const entries: WalkEntry[] = [];
    const roots = await resolveRoots(['.'], folder);
    for await (const group of walk(roots, { ...options, base: folder, outputDir: join(folder, 'o') })) {
      entries.push(...group);
      rmSync(join(folder, name), { recursive: true, force: true });
    }
    expect(entries.map((entry) => entry.kind)).toEqual([...Array(300).fill('file'), 'listed']);
    expect(entries.at(-1)).toEqual({ kind: 'listed', root: '.', complete: false });
  });
});

/** Does what a tree has room for: something may be in the way. */
function tryTo(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!/EEXIST|ENOTDIR|EISDIR|ELOOP|ENOENT/.test(String(error))) throw error;
  }
}

/** The files below a folder that are no links, and not in linked folders. */
function realFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? realFiles(path) : entry.isFile() ? [path] : [];
  });
}
