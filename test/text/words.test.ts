// The words of a text, as a search by words counts them.
import { expect, test } from 'vitest';
import { spansOf, wordsFoundIn } from '../../src/search/matched-words.js';
import { namesOf, tokensOf } from '../../src/text/words.js';

const wordsOf = (text: string) => tokensOf(text).map(({ word }) => word);

test.each([
  ['dirs_exist_ok', ['dirs_exist_ok', 'dir', 'exist', 'ok']],
  ['requiredOption', ['requiredoption', 'required', 'option']],
  ['HTTPServer', ['httpserver', 'http', 'server']],
  ['1.2.3', ['1.2.3', '1.2']],
  ['v2.14.4', ['v2.14.4', '2.14.4', '2.14', 'v2', '14']],
  ['v2.14.3-rc1', ['v2.14.3-rc1', '2.14.3', '2.14', 'v2', '14', 'rc1']],
  ['lib-1.2', ['lib-1.2', '1.2', 'lib']],
  ['python3.11', ['python3.11', 'python3', '11']],
  ['ERR_INVALID_ARG', ['err_invalid_arg', 'err', 'invalid', 'arg']],
  ['--no-verify', ['no-verify', 'no', 'verify']],
  ['__init__', ['init']],
  ['Café', ['cafe']],
  ['ＡＢＣ', ['abc']],
  ['the end.', ['the', 'end']],
  ['', []],
  ['… — !', []],
])('%j', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test.each([
  ['which fix is in v2.14.4?', ['2.14.4']],
  ['EMBED_USAGE or E11000', ['embed_usag', 'e11000']],
  ['what does --wait-for-server do', ['wait-for-server']],
  ['call fs.readFileSync or std::move on it', ['fs.readfilesync', 'std::mov']],
  ['requiredOption in dirs_exist_ok', ['requiredoption', 'dirs_exist_ok']],
  // Prose has hyphens, capitals, numbers and points, too.
  ["a well-known part of GitHub's 2024, e.g. the I/O - or 数据", []],
])('%j asks for the names %j', (question, names) => {
  expect(namesOf(question).map(({ word }) => word)).toEqual(names);
});

test.each([
  ['cache', 'caches'],
  ['batch', 'batches'],
  ['query', 'queries'],
  ['index', 'indexes'],
  ['Chunk', 'chunks'],
  ["server's", 'server'],
])('%s and %s are one word', (one, other) => {
  expect(wordsOf(one)).toEqual(wordsOf(other));
});

test('scripts without spaces are cut into words, also beside others', () => {
  expect(wordsOf('東京都に行く').length).toBeGreaterThan(2);
  expect(wordsOf('中华人民共和国').length).toBeGreaterThan(1);
  expect(wordsOf('ภาษาไทย').length).toBeGreaterThan(1);
  expect(wordsOf('Dockerで東京')).toEqual(expect.arrayContaining(['docker', '東京']));
});

test('each word knows where it stands', () => {
  const text = 'Use requiredOption, or 東京 (see pg_dump).';
  for (const { word, start, end } of tokensOf(text)) {
    expect(wordsOf(text.slice(start, end))).toContain(word);
  }
});

test('what is too long for a word is none', () => {
  expect(wordsOf(`${'x'.repeat(5000)} word`)).toEqual(['word']);
});

test('matched words are named as they stand, an identifier whole', () => {
  expect(wordsFoundIn('The Caches of fooBar, and a cache.', ['cach', 'bar', 'foobar'])).toEqual([
    'Caches',
    'fooBar',
    'cache',
  ]);
  expect(spansOf('fooBar', new Set(['bar']))).toEqual([[3, 6]]);
});
