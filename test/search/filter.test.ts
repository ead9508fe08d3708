// What results of a search must be, beside near.
import { expect, test } from 'vitest';
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
])('--source %j takes %s: %s', (source, name, takes) => {
  expect(filterOf({ source }).takesSource(name)).toBe(takes);
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
