// The notes on an output: what a run notes is read again, and what is damaged or another's is not known.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { goOnCommand } from '../../src/state/go-on.js';
import { NotesFiles, readNotes } from '../../src/state/output-notes.js';
import { RunNotes } from '../../src/state/run-notes.js';
import { notesFolder } from '../../src/state/state-folder.js';

let folder: string;
let before: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embed-notes-'));
  before = process.env.XDG_STATE_HOME;
  process.env.XDG_STATE_HOME = join(folder, 'state');
});
afterEach(() => {
  if (before === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = before;
  rmSync(folder, { recursive: true });
});

const notes = () => join(folder, 'state/embed/outputs');

test('a run notes how it ended, what changed and its servers, for the user alone', () => {
  const out = join(folder, 'index');
  const run = new RunNotes(out, () => 0.5);
  run.changed('a.md');
  run.end('done', { hasCommitted: true, servers: { addresses: ['http://gpu:11434'], of: 'ollama' } });
  const files = new NotesFiles(out);
  expect(files.read()).toEqual({
    lastRun: { at: expect.any(String), seconds: expect.any(Number), result: 'done' },
    addresses: ['http://gpu:11434'],
    addressesOf: 'ollama',
  });
  expect([...files.changes().keys()]).toEqual(['a.md']);
  expect(files.run().share).toBeUndefined();
  for (const name of readdirSync(notes())) expect(statSync(join(notes(), name)).mode & 0o077).toBe(0);
  // The next one asked no server.
  new RunNotes(out, () => 1).end('done', { hasCommitted: false });
  expect(files.read().addresses).toEqual(['http://gpu:11434']);
});

test('one that ends early leaves its share, and one that never began nothing', () => {
  const out = join(folder, 'index');
  new RunNotes(out, () => undefined).end('failed', { hasCommitted: false });
  expect(readNotes(out)).toEqual({});
  const run = new RunNotes(out, () => 0.64);
  run.changed('a.md');
  run.end('stopped', { hasCommitted: false });
  expect(new NotesFiles(out).run().share).toBe(0.64);
  expect(new NotesFiles(out).changes().size).toBe(0);
  expect(readNotes(out).lastRun?.result).toBe('stopped');
});

test('one that ends early leaves how it was begun, without what no command line says', () => {
  const out = join(folder, 'index');
  const maker = { embedder: 'ollama', model: 'bge-m3:latest', addresses: [] };
  const flags = [['--rebuild'], ['--chunk-size', '40'], ['--document-prefix', "it's"]];
  new RunNotes(
    out,
    () => 0.5,
    () => ({ maker, flags }),
  ).end('stopped', { hasCommitted: false });
  const files = new NotesFiles(out);
  expect(files.run()).toEqual({ share: 0.5, maker, flags });
  const begin = 'embed ingest <the same paths> --out index';
  expect(goOnCommand('index', files.run(), true)).toBe(
    `${begin} --rebuild --chunk-size 40 --document-prefix 'it'\\''s' --model bge-m3:latest`,
  );
  expect(goOnCommand('index', { maker, flags: [['--chunk-size', '40']] }, true)).toBe(begin);
  const [name] = readdirSync(notes()).filter((one) => one.endsWith('.run'));
  for (const wrong of ['x', [['; rm']], [[1]], [['--a', 'b', 'c']], Array(99).fill(['--a'])]) {
    writeFileSync(join(notes(), name!), JSON.stringify({ share: 0.5, flags: wrong }));
    expect(files.run()).toEqual({ share: 0.5 });
  }
});

test('an output has the same notes by a link to it, and another has its own', () => {
  mkdirSync(join(folder, 'index'));
  symlinkSync('index', join(folder, 'link'));
  new RunNotes(join(folder, 'index'), () => 1).end('done', { hasCommitted: true });
  expect(readNotes(join(folder, 'link')).lastRun?.result).toBe('done');
  expect(readNotes(join(folder, 'other'))).toEqual({});
});

test.each([
  ['no JSON', '{"schema'],
  [
    'another output',
    JSON.stringify({ out: '/else', lastRun: { at: '2026-01-01', seconds: 1, result: 'done' } }),
  ],
  ['a list', '[1]'],
  ['too much', ' '.repeat(100_000)],
])('what is damaged is not known: %s', (_, text) => {
  const out = join(folder, 'index');
  const files = new NotesFiles(out);
  files.write({ lastRun: { at: new Date().toISOString(), seconds: 1, result: 'done' } });
  const [name] = readdirSync(notes());
  writeFileSync(join(notes(), name!), text);
  expect(files.read()).toEqual({});
});

test('the last time of a document counts, whatever other lines say', () => {
  const files = new NotesFiles(join(folder, 'index'));
  files.addChanges(['a.md', 'b\n[1,"x"].md'], 1000);
  files.addChanges(['a.md'], 2000);
  const name = readdirSync(notes()).find((one) => one.endsWith('.changes'))!;
  writeFileSync(
    join(notes(), name),
    '[3000,"a.md"]\n["x","b.md"]\n[9e15,"a.md"]\n[-1,"a.md"]\n{}\n[4000,"c',
    { flag: 'a' },
  );
  expect([...files.changes()]).toEqual([
    ['a.md', 3000],
    ['b\n[1,"x"].md', 1000],
  ]);
});

test.each<[string, object]>([
  ['ended in no year', { at: '+123456-01-01T00:00:00Z' }],
  ['took less than no time', { seconds: -1 }],
  ['took longer than there were computers', { seconds: 1e300 }],
])('a run that %s is not known', (_, wrong) => {
  const files = new NotesFiles(join(folder, 'index'));
  files.write({ lastRun: { at: new Date().toISOString(), seconds: 1, result: 'done', ...wrong } });
  expect(files.read()).toEqual({});
});

test('where nothing can be written, a run notes nothing and goes on', () => {
  writeFileSync(join(folder, 'state'), 'a file');
  const run = new RunNotes(join(folder, 'index'), () => 1);
  run.changed('a.md');
  run.end('done', { hasCommitted: true });
  expect(readNotes(join(folder, 'index'))).toEqual({});
});

test('the folder follows the platform, and a relative one counts as unset', () => {
  expect(notesFolder('linux', { XDG_STATE_HOME: '/s' }, '/h')).toBe('/s/embed/outputs');
  expect(notesFolder('linux', { XDG_STATE_HOME: 's' }, '/h')).toBe('/h/.local/state/embed/outputs');
  expect(notesFolder('darwin', {}, '/h')).toBe('/h/.local/state/embed/outputs');
  expect(notesFolder('win32', { LOCALAPPDATA: '/l' }, '/h')).toBe('/l/embed/outputs');
});
