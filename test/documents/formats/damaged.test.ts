// Damaged files of the formats that are text, mail or packed: each ends in text or in a coded failure.
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import fc from '../../helpers/properties.js';
import { fixture, outcome } from '../structure.js';

const names = [
  'rtf',
  'eml',
  'msg',
  'doc',
  '8',
  'docbook',
  'tex',
  'adoc',
  'org',
  'vtt',
  'html',
  'md',
  'mdx',
  'rst',
  'epub',
].map((end) => `bees.${end}`);
const files = new Map(names.map((name) => [name, fixture(name)]));
files.set(
  'bees.mbox',
  Buffer.concat([Buffer.from('From ann@example.org Mon May  6 10:00:00 2024\n'), fixture('bees.eml')]),
);
files.set('bees.yaml', fixture('hives.yaml'));
files.set('bees.toml', fixture('hives.toml'));
files.set('bees.ini', Buffer.from('; hives\n[north "one"]\nqueen = 2\nkeeper = Ann\n\n[south]\nqueen: 3\n'));
files.set('bees.8.gz', gzipSync(fixture('bees.8')));

test.each([...files.keys()])('%s is read', async (name) => {
  const text = await outcome(files.get(name)!, name);
  expect(text).toMatch(/queen|hive/i);
  expect(text.length).toBeGreaterThan(35);
});

test.each([...files.keys()])(
  '%s ends in text or a code when it is cut, flipped or repeated',
  async (name) => {
    const whole = files.get(name)!;
    const place = fc.nat(whole.length - 1);
    const damage = fc.oneof(
      place.map((end) => whole.subarray(0, end)),
      fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 8 }).map((flips) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of flips) bytes[at] = value;
        return bytes;
      }),
      fc
        .tuple(place, place)
        .map(([at, length]) => Buffer.concat([whole.subarray(0, at + length), whole.subarray(at)])),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        expect(typeof (await outcome(bytes, name))).toBe('string');
      }),
      { numRuns: 60 },
    );
  },
);
