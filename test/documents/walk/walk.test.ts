import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { manifestStart } from '../../../src/output/format/manifest.js';
import { makeSpace } from '../../output/sample.js';
import { plant, sources, temporaryFolder, walked } from './trees.js';

describe('what a walk takes', () => {
  test('takes files with their size and path, and ends each root', async () => {
    const folder = plant(temporaryFolder(), { 'docs/a.md': 'four', 'docs/sub/b.txt': '', 'more/c.md': 'x' });
    const { entries } = await walked(folder, ['more', 'docs']);
    expect(entries).toEqual([
      { kind: 'file', path: Buffer.from(`${folder}/docs/a.md`), source: 'docs/a.md', size: 4, root: 'docs' },
      {
        kind: 'file',
        path: Buffer.from(`${folder}/docs/sub/b.txt`),
        source: 'docs/sub/b.txt',
        size: 0,
        root: 'docs',
      },
      { kind: 'listed', root: 'docs', complete: true },
      { kind: 'file', path: Buffer.from(`${folder}/more/c.md`), source: 'more/c.md', size: 1, root: 'more' },
      { kind: 'listed', root: 'more', complete: true },
    ]);
  });

  test('leaves out hidden entries, node_modules, binary names and the output', async () => {
    const folder = plant(temporaryFolder(), [
      'a.md',
      '.hidden.md',
      '.github/b.md',
      'node_modules/p/README.md',
      'lib/node_modules/p/README.md',
      'photo.JPG',
      'embeddings/chunks.jsonl',
      'deep/embeddings/c.md',
    ]);
    const { sources, skipped } = await walked(folder, ['.']);
    expect(sources).toEqual(['a.md', 'deep/embeddings/c.md']);
    expect(skipped).toEqual({
      '.hidden.md': 'hidden',
      '.github': 'hidden',
      node_modules: 'node_modules',
      'lib/node_modules': 'node_modules',
      'photo.JPG': 'binary',
      embeddings: 'output',
    });
  });

  test('leaves out indexes of this program, by what they hold', async () => {
    const sum = { bytes: 0 };
    const files = { 'chunks.jsonl': sum, 'vectors.npy': sum };
    const chunking = { size: 1, overlap: 0, counter: 'c', splitter: 's' };
    const made = { format: 2 as const, space: makeSpace(), chunking, readers: {}, formats: ['npy' as const] };
    const head = manifestStart({ ...made, dtype: 'float32', rows: 0, files, roots: [] });
    const folder = plant(temporaryFolder(), {
      'a.md': '',
      'mine/manifest.json': head,
      'mine/chunks.jsonl': '',
      'mine/deep/b.md': '',
      'killed/.run/embed': '',
      'killed/chunks.jsonl': '',
      'extension/manifest.json': '{"manifest_version": 3}',
      'extension/chunks.jsonl': '{"id": 1}',
      'extension/vectors.npy': '',
      'to-mine': '-> mine',
    });
    const { sources, skipped } = await walked(folder, ['.']);
    expect(sources).toEqual(['a.md', 'extension/chunks.jsonl', 'extension/manifest.json']);
    const left = {
      mine: 'index',
      killed: 'index',
      'extension/vectors.npy': 'binary',
      'to-mine': 'duplicate',
    };
    expect(skipped).toEqual(left);
    for (const path of ['mine', 'mi*', '**/b.md', 'm*/deep', 'm*/*.json']) {
      expect((await walked(folder, [path])).sources, path).toEqual([]);
    }
    // A path in it that was typed is taken.
    expect((await walked(folder, ['mine/deep', 'mine/manifest.json'])).sources).toEqual([
      'mine/deep/b.md',
      'mine/manifest.json',
    ]);
  });

  test('says which files were named, or taken back by .embedignore', async () => {
    const folder = plant(temporaryFolder(), {
      '.embedignore': '!README.pt\n',
      'README.pt': '',
      'model.pt': '',
      'a.md': '',
      'd/photo.png': '',
      'd/b.md': '',
    });
    const choices = async (paths: string[]) =>
      (await walked(folder, paths)).entries.flatMap((entry) =>
        entry.kind === 'file' ? [`${entry.source}: ${entry.choice}`] : [],
      );
    expect(await choices(['.'])).toEqual(['README.pt: kept', 'a.md: undefined', 'd/b.md: undefined']);
    expect(await choices(['d', 'd/photo.png', 'd/b.md', 'model.pt'])).toEqual([
      'd/b.md: named',
      'd/photo.png: named',
      'model.pt: named',
    ]);
    expect(await choices(['*.md', '*.pt', 'd/*'])).toEqual([
      'README.pt: kept',
      'a.md: undefined',
      'd/b.md: undefined',
    ]);
  });

  test('leaves out generated files and vendored folders, unless they are named, taken back or asked for', async () => {
    const files = {
      'a.md': '',
      'app.min.js': '',
      'package-lock.json': '',
      'bower_components/x/b.md': '',
      'venv/pyvenv.cfg': '',
      'venv/lib/c.py': '',
      'target/CACHEDIR.TAG': 'Signature: 8a477f597d28d172789f06886806bc55\n',
      'target/d.md': '',
      'cache/CACHEDIR.TAG': 'A text about caches',
      'cache/e.md': '',
      'go/vendor/modules.txt': '',
      'go/vendor/x/f.md': '',
      'php/vendor/autoload.php': '',
      'php/vendor/composer/g.md': '',
      'sales/vendor/h.md': '',
    };
    const folder = plant(temporaryFolder(), files);
    const { sources: found, skipped } = await walked(folder, ['.']);
    expect(found).toEqual(['a.md', 'cache/CACHEDIR.TAG', 'cache/e.md', 'sales/vendor/h.md']);
    expect(skipped).toEqual({
      'app.min.js': 'generated',
      bower_components: 'vendored',
      'go/vendor': 'vendored',
      'package-lock.json': 'generated',
      'php/vendor': 'vendored',
      target: 'vendored',
      venv: 'vendored',
    });
    expect(await sources(folder, ['.'], { generated: true })).toEqual(Object.keys(files).sort());
    expect(await sources(folder, ['app.min.js', 'venv', 'go/vendor'])).toEqual([
      'app.min.js',
      'go/vendor/modules.txt',
      'go/vendor/x/f.md',
      'venv/lib/c.py',
      'venv/pyvenv.cfg',
    ]);
    expect(await sources(folder, ['*.js', '**/*.py', '**/f.md'])).toEqual([]);
    plant(folder, { '.embedignore': '!app.min.js\n!vendor/\n!bower_components/\n' });
    const back = await sources(folder, ['.']);
    expect(back).toContain('app.min.js');
    expect(back).toContain('go/vendor/x/f.md');
    expect(back).toContain('bower_components/x/b.md');
    expect(back).not.toContain('package-lock.json');
  });

  test('finds the output by its real path, and refuses to ingest it', async () => {
    const folder = plant(temporaryFolder(), { 'a.md': '', 'real/index/b.md': '', out: '-> real/index' });
    const outputDir = join(folder, 'out');
    expect(await sources(folder, ['.'], { outputDir })).toEqual(['a.md']);
    await expect(walked(folder, ['real/index'], { outputDir })).rejects.toThrow(UsageError);
    // A folder inside the output was named by the user, and is walked.
    expect(await sources(folder, ['real'], { outputDir: folder })).toEqual(['real/index/b.md']);
  });

  test('takes what is named, hidden or ignored', async () => {
    const folder = plant(temporaryFolder(), {
      '.gitignore': 'node_modules/\nbuild/*\n*.log\n',
      '.github/a.md': '',
      '.github/.deeper/b.md': '',
      'node_modules/p/README.md': '',
      'node_modules/p/node_modules/q/README.md': '',
      'node_modules/.bin/x.md': '',
      'build/c.md': '',
      'build/d.log': '',
      'note.log': '',
    });
    mkdirSync(join(folder, '.git'));
    expect(await sources(folder, ['.github', 'node_modules', 'build', 'note.log'])).toEqual([
      '.github/a.md',
      'build/c.md',
      'build/d.log',
      'node_modules/p/README.md',
      'node_modules/p/node_modules/q/README.md',
      'note.log',
    ]);
    expect(await sources(folder, ['.'])).toEqual([]);
  });

  test('leaves out large files, and fails for those that were named', async () => {
    const folder = plant(temporaryFolder(), { 'a.md': '12345', 'b.md': '123456', 'c.md': '123456' });
    const { sources, skipped, failures, listed } = await walked(folder, ['.', 'b.md'], { maxFileSize: 5 });
    expect(sources).toEqual(['a.md']);
    expect(skipped).toEqual({ 'c.md': 'too-large' });
    expect(failures).toEqual(['b.md: too-large']);
    expect(listed.sort()).toEqual(['.', 'b.md']);
  });

  test('matches patterns against the path below the root, or the name when they have no slash', async () => {
    const folder = plant(temporaryFolder(), [
      'd/a.md',
      'd/b.txt',
      'd/s/c.md',
      'd/s/t/e.md',
      'd/n\nl/f\n.md',
      'g.txt',
    ]);
    const take = (include: string[], exclude: string[] = []): Promise<string[]> =>
      sources(folder, ['d', 'g.txt'], { include, exclude });
    expect(await take(['*.md'])).toEqual(['d/a.md', 'd/n\nl/f\n.md', 'd/s/c.md', 'd/s/t/e.md', 'g.txt']);
    expect(await take(['**/*.md'])).toEqual(['d/a.md', 'd/n\nl/f\n.md', 'd/s/c.md', 'd/s/t/e.md', 'g.txt']);
    expect(await take(['s/*.md'])).toEqual(['d/s/c.md', 'g.txt']);
    expect(await take(['./s/'])).toEqual(['d/s/c.md', 'd/s/t/e.md', 'g.txt']);
    for (const folder of ['s', 's/', './s', '/s', '{s,u}', '[s]']) {
      expect(await take([folder]), folder).toEqual(['d/s/c.md', 'd/s/t/e.md', 'g.txt']);
    }
    expect(await take(['t'])).toEqual(['d/s/t/e.md', 'g.txt']);
    expect(await take(['/t'])).toEqual(['g.txt']);
    expect(await take(['/*.md', 'b.*'])).toEqual(['d/a.md', 'd/b.txt', 'g.txt']);
    expect(await take([], ['s'])).toEqual(['d/a.md', 'd/b.txt', 'd/n\nl/f\n.md', 'g.txt']);
    expect(await take([], ['t/'])).toEqual(['d/a.md', 'd/b.txt', 'd/n\nl/f\n.md', 'd/s/c.md', 'g.txt']);
    expect(await take(['*.md'], ['s/**', 'n*'])).toEqual(['d/a.md', 'g.txt']);
    expect(await take([], ['s/**,*.txt'])).toEqual(['d/a.md', 'd/n\nl/f\n.md', 'g.txt']);
    expect(await take(['{a,c}.md, b.*'])).toEqual(['d/a.md', 'd/b.txt', 'd/s/c.md', 'g.txt']);
    expect(await take(['[ac].md,[b'])).toEqual(['d/a.md', 'd/s/c.md', 'g.txt']);
    await expect(take(['*.md,'])).rejects.toThrow('--include needs a pattern');
    await expect(take([' '])).rejects.toThrow('--include needs a pattern');
  });

  test('never opens what is no file', async () => {
    const folder = plant(temporaryFolder(), { 'a.md': '', 'to-pipe.md': '-> pipe.md' });
    execFileSync('mkfifo', [join(folder, 'pipe.md')]);
    const { sources, skipped, listed } = await walked(folder, ['.']);
    expect(sources).toEqual(['a.md']);
    expect(skipped).toEqual({ 'pipe.md': 'special', 'to-pipe.md': 'special' });
    expect(listed).toEqual(['.']);
  });

  test('carries any name: spaces, newlines, accents, bytes that are no UTF-8', async () => {
    const folder = temporaryFolder();
    const names = ['a b.md', 'a\nb.md', 'naïve café.md', '日本/語.md', '🙂.md'];
    plant(folder, names);
    const bytes = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('/x')]);
    mkdirSync(bytes, { recursive: true });
    const file = Buffer.concat([bytes, Buffer.from('/'), Buffer.from([0xff, 0x2e, 0x6d, 0x64])]);
    writeFileSync(file, 'bytes');
    const { sources, entries } = await walked(folder, ['.'], { include: ['*.md'] });
    expect(sources).toEqual([...names, 'caf%E9/x/%FF.md'].sort(byBytes));
    for (const entry of entries) {
      if (entry.kind === 'file') expect(readFileSync(entry.path).length).toBe(entry.size);
    }
  });

  test('fails names that are spelled alike, but for the first', async () => {
    const folder = plant(temporaryFolder(), ['d/%FF.md']);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/d/`), Buffer.from([0xff]), Buffer.from('.md')]), '');
    const { sources, failures } = await walked(folder, ['d']);
    expect(sources).toEqual(['d/%FF.md']);
    expect(failures).toEqual(['d/%FF.md: duplicate-source']);
  });

  test('yields groups of up to 256 entries', async () => {
    const folder = plant(
      temporaryFolder(),
      Array.from({ length: 600 }, (_, index) => `f${index}.md`),
    );
    const { groups, sources } = await walked(folder, ['.']);
    expect(sources.length).toBe(600);
    expect(groups).toEqual([256, 256, 89]);
  });

  test('stops when told to', async () => {
    const folder = plant(temporaryFolder(), ['a.md']);
    const reason = new Error('enough');
    await expect(walked(folder, ['.'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
