// Digits that are read without making texts of them say what `Buffer` says.
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { isHexOf, readUuid, readUuidText } from '../../src/text/hex-digits.js';
import { uuidText } from '../../src/text/uuid.js';

test('a UUID is read from bytes and from text, and written again', () => {
  for (let turn = 0; turn < 100; turn++) {
    const id = randomUUID();
    const wanted = Buffer.from(id.replaceAll('-', ''), 'hex');
    const [fromBytes, fromText] = [Buffer.alloc(20), Buffer.alloc(16)];
    expect(readUuid(Buffer.from(`{"id":"${id}"`), 7, fromBytes, 4)).toBe(true);
    expect(readUuidText(id, fromText)).toBe(true);
    expect([fromBytes.subarray(4), fromText]).toEqual([wanted, wanted]);
    expect(uuidText(fromBytes, 4)).toBe(id);
  }
});

test.each([
  'A1b2c3d4-0000-5000-8000-000000000000',
  'a1b2c3d4+0000-5000-8000-000000000000',
  'a1b2c3d4-0000-5000-8000-00000000000',
  'a1b2c3d4-0000-5000-8000-0000000000000',
  'a1b2c3d4-0000-5000-8000-00000000000g',
  'a1b2c3d4-0000-5000-8000-00000000000\u0660',
  '',
])('%s is none', (text) => {
  expect(readUuidText(text, Buffer.alloc(16))).toBe(false);
  if (text.length <= 36) expect(readUuid(Buffer.from(text), 0, Buffer.alloc(16), 0)).toBe(false);
});

test('a sum is compared as its bytes', () => {
  const bytes = Buffer.from('00ff10a9', 'hex');
  expect(isHexOf('ff10', bytes, 1, 2)).toBe(true);
  for (const other of ['ff11', 'FF10', 'ff1', 'ff100', 'ff1g', ''])
    expect(isHexOf(other, bytes, 1, 2)).toBe(false);
});
