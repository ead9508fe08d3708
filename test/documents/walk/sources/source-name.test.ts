import { describe, expect, test } from 'vitest';
import { fsPath, isUnderRoot, rawOf, sourceOf } from '../../../../src/documents/walk/sources/source-name.js';
import fc from '../../../helpers/properties.js';

describe('sourceOf', () => {
  test('is relative inside the base and absolute outside', () => {
    expect(sourceOf('/home/u/docs/a.md', '/home/u')).toBe('docs/a.md');
    expect(sourceOf('/home/user/a.md', '/home/u')).toBe('/home/user/a.md');
    expect(sourceOf('/home/u', '/home/u')).toBe('.');
    expect(sourceOf('/home', '/home/u')).toBe('/home');
    expect(sourceOf('/etc/a', '/')).toBe('etc/a');
    expect(sourceOf('/', '/home')).toBe('/');
  });

  test('keeps valid UTF-8, percent signs included, and spells other bytes', () => {
    expect(sourceOf('/b/ü%20🙂.md', '/b')).toBe('ü%20🙂.md');
    const bytes = Buffer.from([0x2f, 0x62, 0x2f, 0xc3, 0xbc, 0xff, 0xe2, 0x82, 0x2e, 0xed, 0xa0, 0x80]);
    expect(sourceOf(bytes, '/b')).toBe('ü%FF%E2%82.%ED%A0%80');
  });

  test('is the same for bytes and for text, and any bytes give valid text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array(), (text, bytes) => {
        expect(sourceOf(Buffer.from(`/b/${text}`), '/b')).toBe(sourceOf(`/b/${text}`, '/b'));
        const source = sourceOf(Buffer.concat([Buffer.from('/b/'), bytes]), '/b');
        expect(Buffer.from(source).toString()).toBe(source);
        expect(Buffer.from(fsPath(rawOf(Buffer.from(bytes))))).toEqual(
          Buffer.from(bytes.length ? bytes : '/'),
        );
      }),
    );
  });
});

describe('isUnderRoot', () => {
  test.each([
    ['docs/a.md', 'docs', true],
    ['docs-b/a.md', 'docs', false],
    ['docs', 'docs', true],
    ['a.md', '.', true],
    ['/etc/a.md', '.', false],
    ['a.md', '/home', true],
    ['a.md', '/', true],
    ['/home/x/a.md', '/home/x', true],
    ['/srv/a.md', '/home', false],
  ])('%s under %s: %s', (source, label, expected) => {
    expect(isUnderRoot(source, label, '/home/u')).toBe(expected);
  });
});
