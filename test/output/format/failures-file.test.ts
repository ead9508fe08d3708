import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failuresText, readFailures } from '../../../src/output/format/failures-file.js';
import type { Failure } from '../../../src/types/failure.js';
import { temporaryFolder } from '../sample.js';

const failures: Failure[] = [
  { source: 'b', code: 'vanished' },
  { source: 'a', code: 'too-long', chunk: 10 },
  { source: 'a', code: 'too-long', chunk: 9 },
  { source: 'a', code: 'unreadable' },
  { source: 'a', code: 'malformed' },
];

async function parsed(text: string): Promise<Failure[]> {
  const path = join(await temporaryFolder(), 'failures.jsonl');
  await writeFile(path, text);
  const handle = await open(path);
  try {
    return await readFailures(handle);
  } finally {
    await handle.close();
  }
}

test('reads back what it wrote, in one order whatever the order of arrival', async () => {
  const text = failuresText(failures);
  expect(failuresText([...failures].reverse())).toBe(text);
  expect(await parsed(text)).toEqual([failures[4], failures[3], failures[2], failures[1], failures[0]]);
});

test('passes over lines that are no failures', async () => {
  expect(await parsed('{"source":1}\nnot JSON\nnull\n\n{"source":"a","code":"vanished"}\n')).toEqual([
    { source: 'a', code: 'vanished' },
  ]);
});
