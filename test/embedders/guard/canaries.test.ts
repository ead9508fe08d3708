import { describe, expect, test } from 'vitest';
import { canariesFor, canaryTexts, measureSpace } from '../../../src/embedders/guard/canaries.js';
import { EmbedderFault } from '../../../src/errors.js';
import type { Embedder } from '../../../src/types/embedder.js';
import { spaceFromJson, spaceToJson } from '../../../src/vectors/space-json.js';
import { allMiniLm, faults } from '../../helpers/ollama.js';
import { open, spaceOf } from './spaces.js';

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
