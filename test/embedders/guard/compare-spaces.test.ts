import { describe, expect, test } from 'vitest';
import { compareSpaces } from '../../../src/embedders/guard/compare-spaces.js';
import type { VectorSpace } from '../../../src/types/space.js';
import { spaceOf } from './spaces.js';

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
