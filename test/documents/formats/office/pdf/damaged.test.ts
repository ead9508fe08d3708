// Real files that are cut, changed and doubled: each ends in text or in a failure with a code.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { extract } from '../../../../../src/documents/extract.js';
import { DocumentError } from '../../../../../src/errors.js';
import fc from '../../../../helpers/properties.js';
import { keepsTheRules } from '../../../structure.js';

const folder = new URL('../../../../../fixtures/cases/pdf/', import.meta.url);
const files = readdirSync(folder).map((name) => readFileSync(new URL(name, folder)));

const damage = fc.record({
  file: fc.constantFrom(...files),
  kind: fc.constantFrom('cut', 'flip', 'repeat'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 400 }),
  byte: fc.integer({ min: 1, max: 255 }),
});

test('damaged files', async () => {
  await fc.assert(
    fc.asyncProperty(damage, async ({ file, kind, at, length, byte }) => {
      const from = Math.floor(at * file.length);
      let bytes = Buffer.from(file);
      if (kind === 'cut') bytes = bytes.subarray(0, from);
      else if (kind === 'flip') for (let i = from; i < bytes.length; i += length) bytes[i]! ^= byte;
      else bytes = Buffer.concat([bytes.subarray(0, from + length), bytes.subarray(from)]);
      try {
        const { documents } = await extract(bytes, 'a.pdf');
        for (const document of documents) keepsTheRules(document);
      } catch (error) {
        expect(error).toBeInstanceOf(DocumentError);
      }
    }),
    { numRuns: 60 },
  );
});

test('a file without its table and its end is malformed, and says so', async () => {
  const file = readFileSync(new URL('trunc.pdf', folder));
  await expect(extract(file, 'a.pdf')).rejects.toMatchObject({ failure: 'malformed' });
});
