// Whether a file is generated is decided once for its content, as long as all documents of the output were judged.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generatedRules } from '../../../src/documents/generated/generated.js';
import { Judgement } from '../../../src/ingest/stages/judgement.js';
import type { Output } from '../../../src/output/read/output.js';
import { ingest, markdown, out, setUp, summaryOf, workspace, writeFiles } from '../run-workspace.js';

setUp();

const minified = `${'function a(b){return b+1};'.repeat(80)}\n`;

test('unchanged files are not looked at, new and changed ones are', () => {
  const entry = { kind: 'file' as const, path: Buffer.from('a.js'), source: 'a.js', size: 1, root: '.' };
  const file = (hash: string) => ({ bytes: Buffer.from(minified), hash });
  const outputOf = (judged: number | undefined) =>
    ({
      manifest: { judged },
      document: (source: string) => (source === 'a.js' ? { hash: 'same' } : undefined),
      recordFile: () => undefined,
    }) as unknown as Output;
  const judge = (judged: number | undefined, hash: string, source = 'a.js') =>
    new Judgement(outputOf(judged), false).leavesOut({ ...entry, source }, file(hash));
  expect(judge(generatedRules, 'same')).toBe(false);
  expect(judge(generatedRules, 'other')).toBe(true);
  expect(judge(generatedRules, 'same', 'b.js')).toBe(true);
  expect(judge(undefined, 'same')).toBe(true);
  expect(judge(generatedRules + 1, 'same')).toBe(true);
});

test('an output that holds generated files, or files that no run judged, has them judged again', async () => {
  const isJudged = () => readFileSync(join(out, 'manifest.json'), 'utf8').includes('\n"judged":');
  const documents = async (...args: string[]) => summaryOf(await ingest(...args, '--json')).documents;
  writeFiles(workspace.dir, {
    'docs/a.md': markdown('a', 1),
    'docs/b.js': minified,
    'more/c.md': markdown('c', 1),
  });
  expect(await documents('docs', 'more')).toMatchObject({ new: 2 });
  expect(isJudged()).toBe(true);
  expect(await documents('docs', 'more')).toMatchObject({ unchanged: 2 });
  expect(await documents('docs', 'more', '--generated')).toMatchObject({ new: 1, unchanged: 2 });
  expect(isJudged()).toBe(false);
  // It doesn't reach the file that it would have to judge.
  expect(await documents('more')).toMatchObject({ unchanged: 3 });
  expect(isJudged()).toBe(false);
  expect(await documents('docs', 'more')).toMatchObject({ unchanged: 2, removed: 1 });
  expect(isJudged()).toBe(true);
  expect(await documents('docs', 'docs/b.js')).toMatchObject({ new: 1 });
  expect(isJudged()).toBe(false);
});
