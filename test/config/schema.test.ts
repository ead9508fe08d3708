// An editor that checks a configuration file by its JSON Schema says what the program would say of it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { loadSettings } from '../../src/config/load.js';
import { settingsTable } from '../../src/config/settings.js';

const schema = JSON.parse(readFileSync(new URL('../../batchrc.schema.json', import.meta.url), 'utf8'));
const accepts = z.fromJSONSchema(schema);

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'embed-schema-'));
  mkdirSync(join(cwd, '.git'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

/** What the program says of a file; undefined when it takes it. */
async function refusal(values: object): Promise<string | undefined> {
  writeFileSync(join(cwd, '.batchrc.json'), JSON.stringify(values));
  return await loadSettings({ cwd, env: {} }).then(
    () => undefined,
    ({ message }) => message,
  );
}

const texts = [
  '',
  'word',
  'auto',
  'ollama',
  'disk',
  'headings',
  'jsonl',
  'npy, jsonl',
  'redis://h',
  'http://h',
  'a/b',
  'undici',
  'float16',
]
  .concat(['64MiB', '500', '1.5 GB', '10m', '1.5 h', '90 S', '0', '+30', '-1', ' 30s ', '5 apples', '1e3'])
  .concat(['*.{md,txt}', 'true', 'constructor']);
const others = [0, 1, 64, 65, 1000, 30_000, 1.5, -1, 1e20, true, false, null, {}].concat([
  [],
  ['a'],
  ['jsonl'],
  [''],
  ['npy', 'x'],
  [1],
] as never[]);

/** Of texts that stand for a list, a size or a time, the schema knows the form alone. */
const toldByValue = /expected (at (least|most) |whole |jsonl or npy|a list of texts|an address such as)/;

test.each(settingsTable)('$key', async ({ key }) => {
  // It counts with one embedder alone, which is said where nothing says which.
  const beside = key === 'url' ? { embedder: 'openai' } : {};
  let taken = 0;
  for (const value of [...texts, ...others]) {
    const values = { ...beside, [key]: value };
    const problem = await refusal(values);
    const byValue = typeof value === 'string' && value !== '' && toldByValue.test(problem ?? '');
    if (problem === undefined) taken++;
    const said = `${JSON.stringify(value)}: ${problem}`;
    if (!byValue) expect(accepts.safeParse(values).success, said).toBe(problem === undefined);
  }
  expect(taken).toBeGreaterThan(0);
});

test('keys that there are none of, and no others', async () => {
  for (const values of [{ batchsize: 1 }, { $schema: 'x' }, {}]) {
    expect(accepts.safeParse(values).success).toBe((await refusal(values)) === undefined);
  }
});
