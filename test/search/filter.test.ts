// What results of a search must be, beside near.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { filterOf } from '../../src/search/filter.js';

test.each([
  [['docs/**'], 'docs/a.md', true],
  [['docs/**'], 'notes/a.md', false],
  [['*.md'], 'docs/deep/a.md', true],
  [['*.jsonl'], 'docs/posts.jsonl#12', true],
  [['posts.jsonl#1'], 'docs/posts.jsonl#1', true],
  [['notes/**', '*.txt'], 'docs/a.txt', true],
  [['docs/*.md'], 'docs/deep/a.md', false],
  [['docs/*'], 'docs/deep/a.md', false],
  [['docs/deep'], 'docs/deep/er/a.md', true],
  [['docs/deep/'], 'docs/deep/a.md', true],
  [['docs'], 'docs/a.md', true],
  [['docs'], 'old-docs/a.md', false],
  [['docs/a.md'], 'docs/a.md', true],
  [['notes'], '/abs/p4/notes/work/a.md', true],
  [['notes/work'], '/abs/p4/notes/work/a.md', true],
  [['otes/work'], '/abs/p4/notes/work/a.md', false],
  [['notes/**'], '/abs/p4/notes/work/a.md', true],
  [['notes/**'], '/abs/p4/old-notes/work/a.md', false],
  [['notes/'], '/abs/p4/notes/a.md', true],
  [['**/notes/**'], '/abs/p4/notes/work/a.md', true],
  [['**/a.md'], '/abs/p4/notes/work/a.md', true],
  [['/abs/p4/notes/**'], '/abs/p4/notes/work/a.md', true],
  [['/abs/p4'], '/abs/p4/notes/a.md', true],
  [['/p4'], '/abs/p4/notes/a.md', false],
  [['/'], '/abs/p4/notes/a.md', true],
  [['./docs'], 'docs/a.md', true],
  [['./docs'], 'old/docs/a.md', false],
  [['.'], 'docs/a.md', true],
  [['docs/x.md,notes/*'], 'old/notes/a.md', true],
  [['notes/a,b.md'], 'notes/a,b.md', true],
  [['notes/a{1,2}.md'], 'notes/a{1,2}.md', true],
  [['app/[id]/page.tsx'], '/abs/app/[id]/page.tsx', true],
  [['!notes'], '/abs/p4/notes/a.md', false],
  [['!notes'], '/abs/p4/docs/a.md', true],
  [['!notes/**'], '/abs/p4/notes/a.md', false],
])('--source %j takes %s: %s', (source, name, takes) => {
  expect(filterOf({ source }).takesSource(name)).toBe(takes);
});

/** Folders `p/notes/work`, `p/p`, `p/odd [x]` and `q`. */
const top = mkdtempSync(join(realpathSync(tmpdir()), 'filter-'));
for (const folder of ['p/notes/work', 'p/p', 'p/odd [x]', 'q'])
  mkdirSync(join(top, folder), { recursive: true });
writeFileSync(join(top, 'p/notes/posts.jsonl'), '');
writeFileSync(join(top, 'p/a,b.md'), '');
symlinkSync(join(top, 'p/notes'), join(top, 'q/link'));
afterAll(() => rmSync(top, { recursive: true }));

const sources = [
  'notes/work/a.md',
  'notes/b.md',
  'notes/posts.jsonl#1',
  'old/notes/c.md',
  'odd [x]/d.md',
  'e.md',
  'a,b.md',
];

/** Which of these fit, asked from a folder, where the index lies beside the documents or elsewhere. */
function fitting(typed: string, from: string, { isElsewhere = false, known = true } = {}): string[] {
  const base = join(top, isElsewhere ? 'q' : 'p');
  const name = (source: string) => (isElsewhere ? join(top, 'p', source) : source);
  const all = known ? () => sources.map(name) : undefined;
  const { takesSource } = filterOf({ source: [typed], from: join(top, from) }, { base, all });
  return sources.filter((source) => takesSource(name(source)));
}

const inNotes = ['notes/work/a.md', 'notes/b.md', 'notes/posts.jsonl#1'];

test.each([
  ['notes', 'p', inNotes],
  ['./notes', 'p', inNotes],
  ['notes/', 'p', inNotes],
  ['notes/**', 'p', inNotes],
  ['./notes/**', 'p', inNotes],
  [`${top}/p/notes`, 'q', inNotes],
  [`${top}/p/notes/**`, 'q', inNotes],
  [`${top}/p/n*/*.md`, 'q', ['notes/b.md']],
  ['../p/notes', 'q', inNotes],
  ['link', 'q', inNotes],
  ['**/notes/**', 'p', [...inNotes, 'old/notes/c.md']],
  // It isn't there, so it is a part of a name.
  ['notes', 'q', [...inNotes, 'old/notes/c.md']],
  ['old/notes', 'p', ['old/notes/c.md']],
  ['.', 'p/notes', inNotes],
  ['./', 'p/notes', inNotes],
  ['..', 'p/notes/work', inNotes],
  ['../', 'p/notes/work', inNotes],
  ['..', 'p', sources],
  ['.', 'p', sources],
  [`${top}/p`, 'q', sources],
  ['.', 'q', []],
  ['./gone', 'p', []],
  ['work', 'p/notes', ['notes/work/a.md']],
  ['work/*', 'p/notes', ['notes/work/a.md']],
  ['posts.jsonl', 'p/notes', ['notes/posts.jsonl#1']],
  ['posts.jsonl#1', 'p/notes', ['notes/posts.jsonl#1']],
  ['posts.jsonl#2', 'p/notes', []],
  ['odd [x]', 'p', ['odd [x]/d.md']],
  ['.', 'p/odd [x]', ['odd [x]/d.md']],
  ['a,b.md', 'p', ['a,b.md']],
  ['./notes/work,e.md', 'p', ['notes/work/a.md', 'e.md']],
  ['!./notes', 'p', ['old/notes/c.md', 'odd [x]/d.md', 'e.md', 'a,b.md']],
])('--source %s, typed in %s, takes the same wherever the index lies', (typed, from, taken) => {
  expect(fitting(typed, from)).toEqual(taken);
  expect(fitting(typed, from, { isElsewhere: true })).toEqual(taken);
});

test('what is there, but not in the index, is a part of a name', () => {
  expect(fitting('p', 'p', { isElsewhere: true })).toEqual(sources);
  expect(fitting('p', 'p')).toEqual([]);
});

test('where names are not known, as of a destination, both are taken', () => {
  expect(fitting('notes', 'p', { known: false })).toEqual([...inNotes, 'old/notes/c.md']);
  expect(fitting('./notes', 'p', { known: false })).toEqual(inNotes);
  expect(fitting(`${top}/p/notes`, 'q', { known: false })).toEqual(inNotes);
});

const metadata = {
  lang: 'en',
  page: 3,
  heading: ['A', 'B'],
  draft: false,
  year: '2024',
  day: '2026-02-28',
  title: 'made in china',
  user: { source: 'x' },
  'a.b': 'c',
};

test.each([
  [['lang=en'], true],
  [['lang=e'], false],
  [['page=3', 'lang=en'], true],
  [['page=3', 'lang=fr'], false],
  [['heading=B'], true],
  [['draft=false'], true],
  [['user.source=x'], true],
  [['a.b=c'], true],
  [['toString=x'], false],
  [['none='], false],
  [['page>=3', 'page<=3'], true],
  [['page>=10'], false],
  [['page<=2'], false],
  [['year>=2024'], true],
  [['year<=999'], false],
  [['day>=2026-02-01'], true],
  [['day<=2026-01-31'], false],
  [['lang in fr, en'], true],
  [['page in 1,2'], false],
  [['heading in B,C'], true],
  [['title=made in china'], true],
  [['draft>=false'], false],
  [['none>=0'], false],
])('--where %j: %s', (where, takes) => {
  expect(filterOf({ where }).takesMetadata(metadata)).toBe(takes);
});

test('--min-score takes what scores so much, and without it anything', () => {
  expect([0.4, 0.5, 0.6].map(filterOf({ minScore: 0.5 }).takesScore)).toEqual([false, true, true]);
  expect(filterOf({}).takesScore(-1)).toBe(true);
});

test('a pattern that is none is told by its flag', () => {
  expect(() => filterOf({ source: [''] })).toThrow(UsageError);
  expect(() => filterOf({ source: [''] })).toThrow('--source needs a pattern');
});
