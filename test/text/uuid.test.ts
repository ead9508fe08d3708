import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hexHash, sha256 } from '../../src/text/sha256.js';
import { uuidOf } from '../../src/text/uuid.js';

/** The namespace of DNS names, of RFC 9562. */
const dns = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex');

test('is the UUID of RFC 9562', () => {
  expect(uuidOf(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test.each(['', 'a', 'ü\u{1f600}', 'lone \ud800 half', '数据'.repeat(2000), 'x'.repeat(20_000)])(
  'hashes the bytes of UTF-8, of short names and long ones',
  (text) => {
    const sha1 = createHash('sha1').update(dns).update(text).digest('hex');
    expect(uuidOf(dns, text).replaceAll('-', '').slice(0, 12)).toBe(sha1.slice(0, 12));
    expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
    expect(hexHash('sha256', Buffer.from(text))).toBe(sha256(text));
  },
);
