// How results are shown: prose that fills the width, code with its lines, a title once, paths from where one stands.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { passageLines } from '../../src/cli/terminal/passage.js';
import { renderResult } from '../../src/cli/terminal/search-view.js';
import { pathsFromHere } from '../../src/cli/terminal/shown-path.js';
import { columnsOf } from '../../src/text/columns.js';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

describe('the text of a result', () => {
  test('is filled up where it is prose, and keeps its lines where they mean something', () => {
    const prose = 'A vector of 768 dimensions takes 3,072 bytes as raw float32, and more\nas JSON text.';
    expect(passageLines(prose, [], 60)).toEqual([
      'A vector of 768 dimensions takes 3,072 bytes as raw float32,',
      'and more as JSON text.',
    ]);
    const code = 'def cosine(a, b):\n    lengths = norm(a) * norm(b)\n\n    return dot(a, b) / lengths\n';
    expect(passageLines(code, [], 60)).toEqual([
      'def cosine(a, b):',
      '    lengths = norm(a) * norm(b)',
      '    return dot(a, b) / lengths',
    ]);
    expect(passageLines('- one\n- two, which is longer\n', [], 12)).toEqual(['- one', '- two, whic…']);
    expect(passageLines('| a | b |\n| 1 | 2 |', [], 60)).toHaveLength(2);
  });

  test('has no title that is said above it', () => {
    expect(passageLines('## Ferries ##\n\nThey leave at eight.', ['Port', 'Ferries'], 60)).toEqual([
      'They leave at eight.',
    ]);
    expect(passageLines('Ferries\n=======\nThey leave.', ['Ferries'], 60)).toEqual(['They leave.']);
    expect(passageLines('# Ferries', ['Ferries'], 60)).toEqual(['# Ferries']);
    expect(passageLines('Ferries leave.', ['Ferries'], 60)).toEqual(['Ferries leave.']);
  });

  test('says that there is more', () => {
    const long = passageLines('word '.repeat(100), [], 30);
    expect(long).toHaveLength(3);
    expect(long[2]).toMatch(/…$/);
    expect(passageLines('x;\n'.repeat(20), [], 30)).toEqual([
      ...Array.from({ length: 5 }, () => 'x;'),
      'x; …',
    ]);
  });

  test.each([24, 40, 80, 100, 200])('fits into %d columns, in Chinese, too', (room) => {
    const metadata = { source: 'a.md', chunk: 0, line: 1, heading: ['港口', '渡轮每天上午八点从北码头出发'] };
    for (const text of [
      '天气很好，我们去公园散步。'.repeat(9),
      'int main() {\n\treturn 0;\n}\n',
      '👍'.repeat(99),
    ]) {
      const shown = renderResult({ id: 'x', score: 0.5, text, metadata, sources: ['a.md'], words: [] }, room);
      for (const line of shown.split('\n'))
        expect(columnsOf(line), line).toBeLessThanOrEqual(Math.min(room, 100));
    }
  });
});

test('paths of a sentence begin where one stands', () => {
  const here = process.cwd();
  expect(pathsFromHere(`${here}/out is locked: rm '${here}/out/.run/lock'`)).toBe(
    "./out is locked: rm './out/.run/lock'",
  );
  for (const other of [`${here}-b/out`, `/x${here}/out`, `http://h${here}/out`, here, `${here}/`]) {
    expect(pathsFromHere(`see ${other}`)).toBe(`see ${other}`);
  }
});

describe('a document', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = makeWarmWorkspace();
    mkdirSync(join(workspace.dir, 'docs/deep'), { recursive: true });
    mkdirSync(join(workspace.dir, '.git'));
    writeFileSync(join(workspace.dir, 'docs/deep/a.md'), 'The harbour is behind the mill.\n');
  });
  afterEach(() => workspace.remove());

  test('is named from where one stands, and found by that name', async () => {
    expect((await workspace.embed(['ingest', 'docs', '--embedder', 'builtin'])).code).toBe(0);
    const here = { cwd: join(workspace.dir, 'docs') };
    const out = ['--out', '../embeddings'];
    expect((await workspace.embed(['search', 'harbour', ...out], here)).stdout).toMatch(
      / {2}deep\/a\.md:1 {2}vectors 1,/,
    );
    const json = JSON.parse((await workspace.embed(['search', 'harbour', '--json', ...out], here)).stdout);
    expect(json.results[0].metadata.source).toBe('docs/deep/a.md');
    for (const name of ['deep/a.md:1', 'docs/deep/a.md:1']) {
      expect((await workspace.embed(['get', name, ...out], here)).stdout).toContain('harbour');
    }
    expect((await workspace.embed(['forget', 'deep/a.md', ...out], here)).code).toBe(0);
  });

  test('verify checks the output of the settings', async () => {
    const env = { EMBED_OUT: 'elsewhere' };
    expect((await workspace.embed(['ingest', 'docs', '--embedder', 'builtin'], { env })).code).toBe(0);
    expect((await workspace.embed(['verify'], { env })).stdout).toContain(
      'elsewhere: fine (1 document, 1 row)',
    );
    expect((await workspace.embed(['verify'])).code).toBe(2);
  });
});
