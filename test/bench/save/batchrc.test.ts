import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { saveSettings } from '../../../src/bench/save/batchrc.js';
import { withJsonKey } from '../../../src/bench/save/json-edit.js';
import { UsageError } from '../../../src/errors.js';
import fc from '../../helpers/properties.js';

const values = { batchSize: 16, concurrency: 3 };
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'embed-batchrc-'));
  // The search for a file ends at the root of a repository.
  writeFileSync(join(dir, '.git'), '');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function saved(name: string, text: string): Promise<string> {
  writeFileSync(join(dir, name), text);
  const { path, created } = await saveSettings(values, dir);
  expect(path).toBe(join(dir, name));
  expect(created).toBe(false);
  expect(readdirSync(dir).sort()).toEqual(['.git', name].sort());
  return readFileSync(path, 'utf8');
}

describe('the file in use is kept but for the two values', () => {
  test('YAML with comments', async () => {
    const text =
      '# nightly\nmodel: bge-m3 # the good one\nbatchSize: 32   # was 64 once\n\nexclude:\n  - drafts/**\n';
    const wanted = text.replace('batchSize: 32', 'batchSize: 16');
    expect(await saved('.batchrc', text)).toBe(`${wanted}concurrency: 3\n`);
  });

  test('YAML with Windows line ends, and without one at its end', async () => {
    expect(await saved('.batchrc.yaml', 'model: bge-m3\r\n"concurrency": 1\r\nmaxRetries: 2')).toBe(
      'model: bge-m3\r\n"concurrency": 3\r\nmaxRetries: 2\r\nbatchSize: 16\r\n',
    );
  });

  test('JSON by its layout', async () => {
    const text = '{\n    "format": ["jsonl", "npy"],\n    "batchSize": 8,\n    "model": "a \\"b\\" }"\n}\n';
    expect(await saved('.batchrc.json', text)).toBe(
      text.replace('8,', '16,').replace('}"\n}', '}",\n    "concurrency": 3\n}'),
    );
  });

  test('JSON on one line, in a file without an extension', async () => {
    expect(await saved('.batchrc', '{"model": "bge-m3"}')).toBe(
      '{"model": "bge-m3","batchSize": 16, "concurrency": 3}',
    );
  });

  test('an empty object', async () => {
    expect(JSON.parse(await saved('.batchrc.json', '{}'))).toEqual(values);
  });

  test('of a key that stands there twice, the one that counts', async () => {
    expect(await saved('.batchrc.json', '{"batchSize": 1, "batchSize": 2}')).toBe(
      '{"batchSize": 1, "batchSize": 16, "concurrency": 3}',
    );
  });

  test('package.json, in its batch property only', async () => {
    const text =
      '{\n  "name": "x",\n  "batch": {\n    "concurrency": 1\n  },\n  "batchSize": "not mine"\n}\n';
    expect(await saved('package.json', text)).toBe(
      text.replace('"concurrency": 1', '"concurrency": 3,\n    "batchSize": 16'),
    );
  });
});

test('without a file a new one is made', async () => {
  expect(await saveSettings(values, dir)).toEqual({ path: join(dir, '.batchrc'), created: true });
  expect(JSON.parse(readFileSync(join(dir, '.batchrc'), 'utf8'))).toEqual(values);
});

test('values that are there already leave the file untouched', async () => {
  const text = 'batchSize: 16\nconcurrency: 3\n';
  writeFileSync(join(dir, '.batchrc'), text);
  const { mtimeMs } = statSync(join(dir, '.batchrc'));
  await saveSettings(values, dir);
  expect(statSync(join(dir, '.batchrc')).mtimeMs).toBe(mtimeMs);
});

test.each([
  ['a flow mapping over several lines with comments', '{ model: bge-m3, # here\n  maxRetries: 2 }'],
  ['a flow mapping that is no JSON', '{"model": bge-m3}'],
  ['an end marker', 'model: bge-m3\n...\n'],
])('%s is left as it is, and the message says what to set', async (_, text) => {
  writeFileSync(join(dir, '.batchrc'), text);
  const saving = saveSettings(values, dir);
  await expect(saving).rejects.toThrow(UsageError);
  await expect(saving).rejects.toThrow(/set batchSize to 16 and concurrency to 3 there yourself/);
  expect(readFileSync(join(dir, '.batchrc'), 'utf8')).toBe(text);
});

test('a file nested without an end is left as it is, and the message says what to set', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const text = `{"batch":{"model":"bge-m3"},"deep":${deep}}`;
  writeFileSync(join(dir, 'package.json'), text);
  const saving = saveSettings(values, dir);
  await expect(saving).rejects.toThrow(UsageError);
  await expect(saving).rejects.toThrow(/set batchSize to 16 and concurrency to 3 yourself/);
  expect(readFileSync(join(dir, 'package.json'), 'utf8') === text).toBe(true);
});

test('links and permissions stay', async () => {
  const real = join(dir, 'real.yaml');
  writeFileSync(real, 'model: bge-m3\n');
  chmodSync(real, 0o600);
  symlinkSync('real.yaml', join(dir, '.batchrc'));
  await saveSettings(values, dir);
  expect(readFileSync(real, 'utf8')).toBe('model: bge-m3\nbatchSize: 16\nconcurrency: 3\n');
  expect(statSync(real).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir).sort()).toEqual(['.batchrc', '.git', 'real.yaml']);
});

test('any JSON object, laid out in any way, gets the value and keeps the rest', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(object, fc.constantFrom('', 1, 2, '\t'), fc.nat(), (given, indent, value) => {
      const text = JSON.stringify(given, null, indent);
      const edited = withJsonKey(text, [], 'batchSize', value);
      expect(JSON.parse(edited)).toEqual({ ...JSON.parse(text), batchSize: value });
    }),
  );
});
