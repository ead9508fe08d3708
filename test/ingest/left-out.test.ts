// What a run leaves out is counted and told; what was named and can't be read fails.
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LeftOut, leftOutInWords } from '../../src/ingest/left-out.js';
import { ingest, markdown, ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

const zip = Buffer.from('PK\x03\x04\x14\0\0\0', 'latin1');
const png = Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1');

test('counts what a folder holds that it leaves out, by reason and ending', async () => {
  writeFiles(workspace.dir, {
    'docs/a.md': markdown('a', 2),
    'docs/photo.png': png,
    'docs/other.PNG': png,
    'docs/model.xyz': zip,
    'docs/noending': zip,
    'docs/.hidden': 'x',
    'docs/node_modules/p/README.md': 'x',
    'else/b.md': 'x',
  });
  symlinkSync('../else/b.md', join(workspace.dir, 'docs/b.md'));
  symlinkSync('nowhere', join(workspace.dir, 'docs/c.md'));
  const words =
    'left out   2 .png, 1 broken link, 1 link, 1 node_modules, 1 .xyz (no reader), 1 without ending (no reader)';
  const dry = await ingest('docs', '--dry-run');
  expect(dry.stderr).toContain(words.slice(0, 12));
  const { stderr } = await ingest('docs', '--verbose');
  const told = /^ {2}left out {3}(.*)$/m.exec(stderr)?.[1]?.split(', ').sort();
  expect(told).toEqual(words.slice(11).split(', ').sort());
  expect(stderr).toContain("left out   docs/model.xyz: no format reads it, and it isn't text");
  const result = JSON.parse((await ingest('docs', '--json')).stdout);
  expect(result.skipped).toBe(7);
  expect(result.leftOut[0]).toEqual({ reason: 'binary', extension: '.png', files: 2 });
  expect(result.leftOut).toContainEqual({ reason: 'no-reader', extension: '.xyz', files: 1 });
  expect(result.leftOut).toContainEqual({ reason: 'no-reader', extension: '', files: 1 });
  expect(result.leftOut).toContainEqual({ reason: 'link', extension: '', files: 1 });
});

test('fails for a named file that no format reads, and reads a named one that is text', async () => {
  writeFiles(workspace.dir, {
    'a.md': markdown('a', 1),
    'b.xyz': zip,
    'c.png': png,
    'README.pt': 'Words of a file.',
  });
  const first = await ingest('a.md', 'b.xyz', 'c.png', 'README.pt', '--json');
  expect(first.code).toBe(3);
  expect(summaryOf(first).failures).toEqual([
    { source: 'b.xyz', code: 'no-reader' },
    { source: 'c.png', code: 'no-reader' },
  ]);
  expect(summaryOf(first).documents).toMatchObject({ new: 2, failed: 2 });
  expect((await ingest('.', '*.png', '--json')).code).toBe(0);
});

test('a first run that finds nothing to read says what there is, and writes nothing', async () => {
  writeFiles(workspace.dir, { 'docs/a.xyz': zip, 'docs/b.xyz': zip, 'docs/c.png': png });
  for (const flags of [[], ['--dry-run']]) {
    const { code, stderr } = await ingest('docs', ...flags);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'Nothing to ingest in docs: found no readable document; left out: 2 .xyz (no reader), 1 .png.',
    );
  }
  expect((await workspace.embed(['verify', out])).code).not.toBe(0);
});

test('generated files are left out by name or content, and taken when they are named, taken back or asked for', async () => {
  const bundle = `/*! A licence */\n${'function a(b,c){return b?c(b):void 0}'.repeat(60)}`;
  const pem = `-----BEGIN CERTIFICATE-----\n${'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo='.repeat(20)}\n-----END CERTIFICATE-----\n`;
  writeFiles(workspace.dir, {
    'docs/a.md': markdown('a', 1),
    'docs/app.js': bundle,
    'docs/package-lock.json': '{"lockfileVersion": 3, "name": "words of a lock"}',
    'docs/cert.pem': pem,
  });
  // As an older version took them.
  const all = summaryOf(await ingest('docs', '--generated', '--json'));
  expect(all.documents.new).toBe(4);
  const second = await ingest('docs');
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toContain('1 unchanged, 3 removed');
  expect(second.stderr).toContain('dropped    3 documents of files that are there, but are left out now');
  expect(second.stderr).toContain('left out   3 generated (--verbose names them)');
  expect((await ingest('docs')).stderr).toContain('nothing changed');
  expect(summaryOf(await ingest('docs', 'docs/app.js', '--json')).documents).toMatchObject({
    new: 1,
    unchanged: 1,
  });
  writeFiles(workspace.dir, { 'docs/.embedignore': '!cert.pem\n!package-lock.json\n' });
  expect(summaryOf(await ingest('docs', 'docs/app.js', '--json')).documents).toMatchObject({
    new: 2,
    unchanged: 2,
  });
});

test('rows of files that are left out now go, are told, and are no removals that are refused', async () => {
  writeFiles(workspace.dir, {
    'docs/a.md': markdown('a', 1),
    'else/b.md': markdown('b', 1),
    'else/c.md': markdown('c', 1),
    'else/d.md': markdown('d', 1),
    'docs/e.xyz': 'A text at first.',
  });
  symlinkSync('../else', join(workspace.dir, 'docs/more'));
  expect(summaryOf(await ingest('docs', '--follow', '--json')).documents.new).toBe(5);
  writeFileSync(join(workspace.dir, 'docs/e.xyz'), zip);
  const planned = await ingest('docs', '--dry-run');
  expect(planned.stderr).toContain('dropped    4 documents of files that are there, but are left out now');
  const { stderr, code } = await ingest('docs', '--exclude', 'nothing-of-this-name');
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('1 unchanged, 4 removed');
  expect(stderr).toContain('  no match   exclude nothing-of-this-name\n');
  expect(stderr).toContain('dropped    4 documents of files that are there, but are left out now');
  expect(ollama.requests.length).toBeGreaterThan(0);
});

test('a hostile folder of endings is counted in bounded memory', () => {
  const leftOut = new LeftOut();
  for (let n = 0; n < 5000; n++) leftOut.add('no-reader', `a.x${n}`);
  leftOut.add('no-reader', `b.${'x'.repeat(100)}`);
  leftOut.add('no-reader', 'c.\x1b[31m');
  leftOut.add('hidden', '.d');
  expect(leftOut.total).toBe(5002);
  expect(leftOut.list().length).toBeLessThanOrEqual(501);
  expect(leftOutInWords(leftOut.list())).toMatch(/^4,502 without ending \(no reader\), .*, 493 more$/);
});
