// The kernel beside JSON.stringify, and what it leaves to that.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compiledFrom } from '../../src/text/json-kernel/compiled.js';
import { asciiJson } from '../../src/text/json-kernel/kernel.js';
import { jsonLine } from '../../src/text/json-line.js';
import fc from '../helpers/properties.js';

const ascii = String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code));

test('the kernel writes every text of ASCII as JSON.stringify does', () => {
  const unit = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...'ab c') }, fc.constantFrom(...ascii));
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 200 }), (text) => {
      expect(asciiJson(text)).toBe(JSON.stringify(text));
    }),
    { numRuns: 500 },
  );
  for (const text of [ascii, '\u0001'.repeat(32_768), `${'a'.repeat(32_767)}"`]) {
    expect(asciiJson(text)).toBe(JSON.stringify(text));
  }
});

test('the kernel leaves every other text', () => {
  for (let at = 0; at < 40; at++) {
    for (const other of ['\u0080', '\u0085', 'é', '\u2028', '\ud800', '\u6162', '\uff22']) {
      expect(asciiJson('a'.repeat(at) + other + 'b'.repeat(7))).toBeUndefined();
    }
  }
  expect(asciiJson('a'.repeat(32_769))).toBeUndefined();
});

test('no character of a line is a line end for any reader, in short texts and long ones', () => {
  for (const length of [1, 63, 64, 40_000]) {
    const text = `${'a'.repeat(length)}\u0085\u2028\u2029\n`;
    expect(jsonLine(text)).toBe(`"${'a'.repeat(length)}\\u0085\\u2028\\u2029\\n"`);
    expect(JSON.parse(jsonLine(text))).toBe(text);
  }
  expect(jsonLine({ a: ['b\u2028', 1] })).toBe('{"a":["b\\u2028",1]}');
});

test('what runs was compiled from the source beside it', () => {
  const source = readFileSync(join(import.meta.dirname, '../../src/text/json-kernel/escape.as'));
  expect(createHash('sha256').update(source).digest('hex')).toBe(compiledFrom);
});
