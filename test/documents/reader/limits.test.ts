import { expect, test } from 'vitest';
import { memoryFor, memoryOf, readerLimits } from '../../../src/documents/reader/limits.js';

const gibibyte = 1024 ** 3;

test('a PDF may take a half of what others may, but at least 1 GiB, since its parser has no bound on what it unpacks', () => {
  expect(memoryOf('pdf', readerLimits.memory)).toBe(gibibyte);
  expect(memoryOf('pdf', 8 * gibibyte)).toBe(4 * gibibyte);
  expect(memoryOf('docx', readerLimits.memory)).toBe(2 * gibibyte);
  expect(memoryOf(undefined, readerLimits.memory)).toBe(2 * gibibyte);
});

test('a lower limit of the user holds for a PDF, too', () => {
  expect(memoryOf('pdf', gibibyte / 4)).toBe(gibibyte / 4);
});

test('a file over 64 MiB gets 8 bytes of memory for each further byte', () => {
  expect(memoryFor(readerLimits, 64 * 1024 * 1024)).toBe(2 * gibibyte);
  expect(memoryFor(readerLimits, 64 * 1024 * 1024 + 100)).toBe(2 * gibibyte + 800);
});
