import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { measure } from '../../../src/documents/walk/file-sizes.js';
import fc from '../../helpers/properties.js';
import { plant, sources, temporaryFolder, walked } from './trees.js';

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

describe('the order of a walk', () => {
  test('is that of whole sources, not of names', async () => {
    const names = ['a.md', 'a/x', 'a-b/y', 'a0', 'A', 'a/é', 'a/z/q', '\u{ffee}', '\u{1f642}'];
    const folder = plant(temporaryFolder(), names);
    expect(await sources(folder, ['.'])).toEqual([...names].sort(byBytes));
  });

  test('merges roots, inside the base and outside', async () => {
    const folder = plant(temporaryFolder(), ['in/d/a', 'in/b', 'out/x', 'in/d.md', 'in/e/d/f', 'in/z']);
    const base = join(folder, 'in');
    const paths = ['in/z', 'in/d', 'out', 'in/d.md', 'in/e', 'in/b'];
    expect(await sources(folder, paths, { base })).toEqual([
      `${folder}/out/x`,
      'b',
      'd.md',
      'd/a',
      'e/d/f',
      'z',
    ]);
  });

  test('begins again where the base lies inside a root', async () => {
    const folder = plant(temporaryFolder(), ['a', 'in/b', 'in/sub/c', 'z', 'other/in/d']);
    const { sources, listed, entries } = await walked(folder, ['.'], { base: join(folder, 'in') });
    expect(sources).toEqual([`${folder}/a`, `${folder}/other/in/d`, `${folder}/z`, 'b', 'sub/c']);
    expect(listed).toEqual([folder]);
    expect(entries.at(-1)).toEqual({ kind: 'listed', root: folder, complete: true });
  });

  test('leaves the base out where rules above it do', async () => {
    const folder = plant(temporaryFolder(), { a: '', 'in/b': '', '.embedignore': 'in\n' });
    const { sources, listed } = await walked(folder, ['.'], { base: join(folder, 'in') });
    expect(sources).toEqual([`${folder}/a`]);
    expect(listed).toEqual([folder]);
  });

  test('gives each document once when roots overlap', async () => {
    const folder = plant(temporaryFolder(), ['docs/a', 'docs/sub/b', 'docs/sub/c/d', 'docs/z']);
    const result = await walked(folder, ['docs/sub', 'docs', './docs/', 'docs/sub/c', 'docs/a', '.']);
    expect(result.sources).toEqual(['docs/a', 'docs/sub/b', 'docs/sub/c/d', 'docs/z']);
    expect(result.failures).toEqual([]);
    expect(result.listed.sort()).toEqual(['.', 'docs', 'docs/a', 'docs/sub', 'docs/sub/c']);
  });

  test('equals a naive listing, sorted, for any tree and any choice of roots', async () => {
    const name = fc.stringMatching(/^[aAz0 é\u{1f642}\-+][b.é\u{fffd}-]{0,2}$/u);
    const path = fc.array(name, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(path, { minLength: 1, maxLength: 30 }), fc.nat(), async (paths, pick) => {
        const folder = temporaryFolder();
        for (const parts of paths) grow(folder, parts);
        const all = naive(folder).sort(byBytes);
        expect(await sources(folder, ['.'])).toEqual(all);
        const top = readdirSync(folder);
        const chosen = top.filter((_, index) => (pick >> index) & 1 || index === 0).reverse();
        const expected = all.filter((source) => chosen.includes(source.split('/')[0]!));
        // Spelled with `./`: a file may be called `-`.
        const spelled = [...chosen, chosen[0]!].map((root) => `./${root}`);
        expect(await sources(folder, spelled)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe('measure', () => {
  test('gives the same sizes at once and side by side', async () => {
    const folder = plant(
      temporaryFolder(),
      Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}`, 'x'.repeat(n)])),
    );
    const paths = [...Array.from({ length: 40 }, (_, n) => join(folder, `${n}`)), folder];
    const expected = [...Array.from({ length: 40 }, (_, n) => n), 'special'];
    expect(await measure(paths, Number.POSITIVE_INFINITY)).toEqual(expected);
    expect(await measure(paths, 0)).toEqual(expected);
    const missing = [...paths, join(folder, 'missing')];
    const error = expect.objectContaining({ code: 'ENOENT' });
    expect(await measure(missing, Number.POSITIVE_INFINITY)).toEqual([...expected, { error }]);
    expect(await measure(missing, 0)).toEqual([...expected, { error }]);
  });
});

/** Makes a file, unless a file or folder is in the way. */
function grow(folder: string, parts: readonly string[]): void {
  try {
    mkdirSync(join(folder, ...parts.slice(0, -1)), { recursive: true });
    writeFileSync(join(folder, ...parts), '');
  } catch (error) {
    if (!/EEXIST|ENOTDIR|EISDIR/.test(String(error))) throw error;
  }
}

function naive(folder: string, at = folder): string[] {
  return readdirSync(at).flatMap((name) => {
    const path = join(at, name);
    return statSync(path).isDirectory() ? naive(folder, path) : [relative(folder, path)];
  });
}
