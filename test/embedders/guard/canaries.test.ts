import { afterEach, describe, expect, test } from 'vitest';
import { canariesFor, canaryTexts, measureSpace } from '../../../src/embedders/guard/canaries.js';
import { compareSpaces } from '../../../src/embedders/guard/space-mismatch.js';
import { openOllamaEmbedder } from '../../../src/embedders/ollama/embedder.js';
import { EmbedderFault } from '../../../src/errors.js';
import type { Embedder } from '../../../src/types/embedder.js';
import type { VectorSpace } from '../../../src/types/space.js';
import { spaceFromJson, spaceToJson } from '../../../src/vectors/space-json.js';
import { allMiniLm, faults, type OllamaOptions, startOllama, type TestModel } from '../../helpers/ollama.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(options: OllamaOptions = {}, dimensions?: number) {
  const server = await startOllama(options);
  const model = server.world.models[0]!.name;
  const embedder = await openOllamaEmbedder({
    url: new URL(server.url),
    model,
    batchTimeoutMs: 20_000,
    dimensions,
  });
  closers.push(() => embedder.close(), server.stop);
  return { server, embedder };
}

const spaceOf = async (
  changes: Partial<TestModel> = {},
  options: OllamaOptions = {},
  dimensions?: number,
) => {
  const { embedder } = await open({ models: [{ ...allMiniLm, ...changes }], ...options }, dimensions);
  return await measureSpace(embedder);
};

describe('measureSpace', () => {
  test('asks once, with the document prefix before every canary', async () => {
    const { server, embedder } = await open({ models: [{ ...allMiniLm, name: 'nomic-embed-text:latest' }] });
    const space = await measureSpace(embedder);
    const texts = canaryTexts.map((one) => `search_document: ${one.text}`);
    expect(server.batches()).toEqual([texts]);
    expect(space.canaries).toEqual(texts.map((text) => server.vectorOf(text)));
    expect(space).toMatchObject(embedder.identity);
  });

  test('has an id that survives the way through JSON, and changes with every part', async () => {
    const space = await spaceOf();
    expect(space.id).toMatch(/^[0-9a-f]{32}$/);
    expect(spaceFromJson(JSON.parse(JSON.stringify(spaceToJson(space))))).toEqual(space);
    expect((await spaceOf()).id).toBe(space.id);
    expect((await spaceOf({ digest: 'ff' })).id).not.toBe(space.id);
    expect((await spaceOf({ salt: 'other' })).id).not.toBe(space.id);
  });

  test('passes on a fault', async () => {
    const { server, embedder } = await open();
    server.script(faults.busy());
    await expect(measureSpace(embedder)).rejects.toThrow(EmbedderFault);
  });
});

describe('canariesFor', () => {
  const withWindow = async (context: number): Promise<Embedder> =>
    (await open({ models: [{ ...allMiniLm, context }] })).embedder;

  test('fit every window, the long one near the limit of small ones', async () => {
    for (const context of [64, 128, 256, 512, 8192]) {
      const embedder = await withWindow(context);
      const canaries = canariesFor(embedder);
      expect(canaries.length, `${context} tokens`).toBeGreaterThanOrEqual(context < 100 ? 5 : 6);
      for (const { text } of canaries) expect(embedder.counter.count(text) + 2).toBeLessThanOrEqual(context);
    }
  });

  test('are the same for all windows that hold them', async () => {
    expect(canariesFor(await withWindow(256))).toEqual(canaryTexts);
    expect(canariesFor(await withWindow(4096))).toEqual(canaryTexts);
    const words = canariesFor(await withWindow(128))
      .at(-1)!
      .text.split(' ');
    expect(words).toHaveLength(50);
    expect(canaryTexts.at(-1)!.text.split(' ')).toHaveLength(100);
  });
});

describe('compareSpaces', () => {
  test('takes the same server for the same space, and float noise too', async () => {
    const space = await spaceOf();
    const noisy = {
      ...space,
      id: 'other',
      canaries: space.canaries.map((one) => one.map((value, index) => value + (index % 2 ? 1e-4 : -1e-4))),
    };
    expect(compareSpaces(space, await spaceOf())).toEqual({ same: true });
    expect(compareSpaces(space, noisy)).toEqual({ same: true });
  });

  test('names the canary by which two releases of Ollama differ', async () => {
    const old = await spaceOf({}, { version: '0.24.0' });
    const current = await spaceOf({}, { version: '0.32.15' });
    expect(old.digest).toBe(current.digest);
    expect(compareSpaces(old, current)).toEqual({
      same: false,
      reason: expect.stringMatching(/^canary "(naïve café|Ελληνικά|日本語)": cosine -?0\.\d\d$/),
    });
  });

  test('names the first part that changed', async () => {
    const space = await spaceOf();
    const reason = (other: VectorSpace) => compareSpaces(space, other);
    expect(
      reason(await spaceOf({ digest: '1b226e2802dbb772b5fc32a58f103ca1804ef7501331012de126ab22f67475ef' })),
    ).toEqual({
      same: false,
      reason: 'digest: 6cf97aa9ab2e, now 1b226e2802db',
    });
    expect(reason(await spaceOf({}, {}, 128))).toMatchObject({ reason: 'dimensions: 384, now 128' });
    expect(reason({ ...space, variant: 'onnx-int8' })).toMatchObject({
      reason: 'engine: none, now onnx-int8',
    });
    expect(reason({ ...space, options: { num_ctx: 64 } })).toMatchObject({ same: false });
    expect(reason({ ...space, prefixes: { document: 'passage: ', query: '' } })).toMatchObject({
      reason: 'document prefix: "", now "passage: "',
    });
    expect(reason({ ...space, canaries: space.canaries.slice(1) })).toMatchObject({ same: false });
    expect(
      reason({ ...space, canaries: [...space.canaries.slice(0, -1), space.canaries[0]!] }),
    ).toMatchObject({
      reason: expect.stringContaining('a long text'),
    });
  });
});
