// An output has one vector space and one way of chunking: settings that name another are refused.
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load.js';
import type { Settings } from '../../src/config/settings.js';
import { UsageError, VectorSpaceError } from '../../src/errors.js';
import {
  pinnedBy,
  pinnedReaders,
  pinnedSplitter,
  refuseOtherChunks,
  refuseOtherDtype,
  refuseOtherEmbedder,
} from '../../src/ingest/pinned.js';
import type { Output } from '../../src/output/read/output.js';
import { makeSpace, opened, temporaryFolder, writeAll } from '../output/sample.js';

let previous: Output;
let defaults: Settings;

beforeEach(async () => {
  const folder = await temporaryFolder();
  await writeAll(join(folder, 'out'), [{ source: 'docs/a.md', texts: ['The text of a.'] }], {
    space: makeSpace('all-minilm:latest'),
  });
  previous = await opened(join(folder, 'out'));
  defaults = (await loadSettings({ cwd: folder, env: {} })).settings;
});

/** The error of a check; undefined when it lets the settings pass. */
function refusal(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('an embedder', () => {
  test.each<[string, Partial<Settings>]>([
    ['nothing', {}],
    ['the same model without its tag', { model: 'all-minilm' }],
    ['Ollama by name', { embedder: 'ollama' }],
    ['the same dimensions', { dimensions: 8 }],
  ])('named by %s is used', (_, named) => {
    expect(refusal(() => refuseOtherEmbedder({ ...defaults, ...named }, previous))).toBeUndefined();
  });

  test.each<[string, Partial<Settings>]>([
    ['model bge-m3', { model: 'bge-m3' }],
    ['model all-minilm:33m', { model: 'all-minilm:33m' }],
    ['the built-in embedder', { embedder: 'builtin' }],
    ['4 dimensions', { dimensions: 4 }],
  ])('%s is refused where another made the output', (words, named) => {
    const error = refusal(() => refuseOtherEmbedder({ ...defaults, ...named }, previous));
    expect(error).toBeInstanceOf(VectorSpaceError);
    expect((error as Error).message).toContain(words);
    expect(refusal(() => refuseOtherEmbedder({ ...defaults, ...named }, undefined))).toBeUndefined();
  });

  test('an invalid address is refused without an output, too, unless no server is asked', () => {
    const settings: Settings = { ...defaults, ollamaUrl: ['ftp://here'] };
    expect(refusal(() => refuseOtherEmbedder(settings, undefined))).toBeInstanceOf(UsageError);
    const builtin: Settings = { ...settings, embedder: 'builtin' };
    expect(refusal(() => refuseOtherEmbedder(builtin, undefined))).toBeUndefined();
  });
});

test.each<[string, Partial<Settings>, string | undefined]>([
  ['nothing', {}, undefined],
  ['the same values', { chunkSize: 256, chunkOverlap: 32 }, undefined],
  ['the same context', { context: 'tables' }, undefined],
  ['another context', { context: 'headings' }, "--context headings differs from the output's tables"],
  ['another size', { chunkSize: 200 }, "--chunk-size 200 differs from the output's 256"],
  ['another overlap', { chunkOverlap: 0 }, "--chunk-overlap 0 differs from the output's 32"],
])('chunking named by %s', (_, named, words) => {
  const error = refusal(() => refuseOtherChunks({ settings: { ...defaults, ...named } }, previous));
  if (words === undefined) expect(error).toBeUndefined();
  else expect(error).toBeInstanceOf(UsageError);
  if (words !== undefined) expect((error as Error).message).toContain(words);
  expect(
    refusal(() => refuseOtherChunks({ settings: { ...defaults, ...named } }, undefined)),
  ).toBeUndefined();
});

test('a run goes on with the space and the chunking of the output, and its own splitter', () => {
  expect(pinnedBy(previous)).toEqual({
    space: previous.space,
    chunking: { size: 256, overlap: 32, counter: 'sample/1', splitter: pinnedSplitter },
    readers: pinnedReaders,
    dtype: 'float32',
  });
  expect(previous.manifest.chunking.splitter).toBe('sample/1');
});

test('numbers of another type are refused, but for a new output', () => {
  const settings: Settings = { ...defaults, dtype: 'float16' };
  const error = refusal(() => refuseOtherDtype({ settings }, previous));
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toMatch(
    /^--dtype float16 differs from the output's float32: use --rebuild/,
  );
  expect(refusal(() => refuseOtherDtype({ settings }, undefined))).toBeUndefined();
  expect(
    refusal(() => refuseOtherDtype({ settings: { ...defaults, dtype: 'float32' } }, previous)),
  ).toBeUndefined();
  expect(refusal(() => refuseOtherDtype({ settings: defaults }, previous))).toBeUndefined();
});
