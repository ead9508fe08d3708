import picomatch from 'picomatch';
import { describe, expect, test } from 'vitest';
import { Matcher } from '../../../src/documents/globs/matcher.js';
import { isPattern, tokensOf } from '../../../src/documents/globs/tokens.js';
import { UsageError } from '../../../src/errors.js';
import fc from '../../helpers/properties.js';

function matches(pattern: string, path: string, dot = true): boolean {
  return new Matcher([tokensOf(pattern, '--exclude')], dot).matches(path);
}

/** Names as a walk gives them: no empty one, and neither `.` nor `..`. */
const name = fc
  .array(fc.constantFrom('a', 'b', 'c', '.', '-', '1', 'ü', '😀', '\n', '[', ']', '{', ',', '!'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''))
  .filter((text) => text !== '.' && text !== '..');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

/** A class with a sign that makes it one for sure, and one that may be its own text. */
const classes = ['[ab]', '[!a]', '[^a-b]', '[a-c]', '[]a]', '[b-c1]', '[!.]', '[[:alpha:]]', '[[:digit:]a]'];
const piece = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', '.', 'a.b', '*', '?', '??', 'ü', '\\*', '\\[', '-', '1', '*.'),
  fc.constantFrom(...classes),
  fc.array(fc.constantFrom('a', 'b', '1', '*', 'a?', '.a'), { minLength: 2, maxLength: 3 }).map(
    // Starts with a letter: what a brace of picomatch does with a dot in front depends on what follows.
    (parts) => `{a${parts.join(',b')}}`,
  ),
  fc.constantFrom('{a..c}', '{1..3}', '{a,{b,1}}', '{a}', '{a,}'),
);
const part = fc
  .array(piece, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''))
  .filter((text) => !/^\.+$/.test(text));
const pattern = fc
  .array(fc.oneof({ weight: 3, arbitrary: part }, { weight: 1, arbitrary: fc.constant('**') }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join('/'));

describe('a pattern', () => {
  test.each([true, false])('matches what it does elsewhere (dot: %s)', (dot) => {
    // Its fast paths want a character after the dot of `*.*`; shells and its other paths don't.
    const options = { dot, flags: 's', posix: true, fastpaths: false };
    fc.assert(
      fc.property(pattern, path, (glob, text) => {
        fc.pre(dot || !/(^|\/)[[{]/.test(glob));
        // There, `**{a,b}` crosses folders, though `**a` doesn't; here neither does.
        fc.pre(!glob.includes('**{'));
        // There, `a/**/{b,}` matches `a`, though `a/**/` doesn't; here it is what its two readings are.
        fc.pre(!/\*\*\/\{[^}]*(,\}|\{,)/.test(glob));
        expect([glob, text, matches(glob, text, dot) || glob === text]).toEqual([
          glob,
          text,
          picomatch(glob, options)(text),
        ]);
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ['*.md', 'a.md', true],
    ['*.md', '.md', true],
    ['a/**', 'a', true],
    ['*/**', 'a', false],
    ['a/**/b', 'a/b', true],
    ['a/**/**', 'a', true],
    ['[id].tsx', '[id].tsx', true],
    ['[!a]', '/', false],
    ['a[', 'a[', true],
    ['{a,b', '{a,b', true],
    ['a,b}', 'a,b}', true],
    ['copy (1).md', 'copy (1).md', true],
    ['{08..11}', '09', true],
    ['{1..12}', '12', true],
    ['{-1..1}', '-1', true],
    ['{0..10..5}', '6', false],
    ['[z-a]', 'b', false],
    ['a\\', 'a\\', true],
  ])('%j on %j: %s', (glob, text, expected) => {
    expect(matches(glob, text)).toBe(expected);
  });

  test.each(['(a|a?)+', '+(a)', 'x/!(b)/*', '?(a)', '@(a|b).md', '*(a)', '{1..5000}', '*'.repeat(5000)])(
    '%s is refused in words',
    (glob) => {
      expect(() => tokensOf(glob, '--exclude')).toThrow(UsageError);
      expect(() => tokensOf(glob, '--exclude')).toThrow('--exclude');
    },
  );

  // With an expression that goes back, each of these takes longer than the test may.
  test.each(
    [
      `${'*a'.repeat(40)}b`,
      `${'{a,aa}'.repeat(40)}b`,
      `${'**/a'.repeat(40)}b`,
      `${'?*'.repeat(40)}b`,
      `${'{'.repeat(500)}a${',a}*'.repeat(500)}b`,
      `${'[ab]*'.repeat(400)}c`,
    ].map((glob) => [glob.slice(0, 12), glob] as const),
  )('%s… takes time in proportion to pattern and name', (_, glob) => {
    expect(matches(glob, 'a'.repeat(2000))).toBe(false);
    expect(matches(glob, 'a/'.repeat(1000))).toBe(false);
  });

  test('forgets what made-up names brought up, and stays right', () => {
    const matcher = new Matcher([tokensOf('*a*b?c?d*', '--exclude')], true);
    const regex = /^[^/]*a[^/]*b[^/]c[^/]d[^/]*$/s;
    for (let i = 0; i < 20_000; i++) {
      const text = [...i.toString(5)].map((digit) => 'abcdx'[Number(digit)]).join('');
      expect([text, matcher.matches(text)]).toEqual([text, regex.test(text)]);
    }
  });

  test('is told from a name', () => {
    for (const text of ['*', 'a?', '[a]', '{a,b}', '{1..2}', 'a\\b', '+(a)'])
      expect(isPattern(text)).toBe(true);
    for (const text of ['a', 'a]b[', '{a}', 'a (1)', '!a', 'a,b']) expect(isPattern(text)).toBe(false);
  });
});
