// The registry of vector spaces, in a real cache.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DiskCache, openDiskCache } from '../../src/cache/disk/cache.js';
import { registerSpace } from '../../src/cache/space-registry.js';
import type { Json } from '../../src/types/json.js';
import type { VectorSpace } from '../../src/types/space.js';
import { hashOf } from './vectors.js';

let folder: string;
let cache: DiskCache;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'embed-spaces-'));
  cache = await openDiskCache({ folder });
});
afterEach(async () => {
  await cache.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A space of one canary with one number; near numbers are the same space. */
function spaceAt(position: number, changes: Partial<VectorSpace> = {}): VectorSpace {
  return {
    id: hashOf(`${position}`).slice(0, 32),
    embedder: 'ollama',
    variant: '',
    model: 'all-minilm',
    digest: 'abc',
    dimensions: 1,
    options: { truncate: false, num_ctx: 512 },
    prefixes: { document: '', query: '' },
    canaries: [Float32Array.of(position)],
    ...changes,
  };
}

const register = (measured: VectorSpace) =>
  registerSpace(
    cache,
    measured,
    (a, b) => Math.abs(a.canaries[0]![0]! - b.canaries[0]![0]!) < 1,
    (space) => ({ ...space, canaries: [...space.canaries[0]!] }) as unknown as Json,
    (json) => {
      const space = json as VectorSpace & { canaries: number[] };
      return space.id ? { ...space, canaries: [Float32Array.from(space.canaries)] } : undefined;
    },
  );

describe('registerSpace', () => {
  test('keeps the id of the first space for all that are the same, in later runs too', async () => {
    const first = spaceAt(10);
    expect(await register(first)).toEqual(first);
    expect((await register(spaceAt(10.5))).id).toBe(first.id);
    await cache.close();
    cache = await openDiskCache({ folder });
    expect(await register(spaceAt(9.5))).toEqual(first);
  });

  test('measures against the registered space, so that noise does not add up', async () => {
    await register(spaceAt(0));
    expect((await register(spaceAt(0.75))).id).toBe(spaceAt(0).id);
    expect((await register(spaceAt(1.5))).id).toBe(spaceAt(1.5).id);
  });

  test.each([
    ['model', { model: 'bge-m3' }],
    ['digest', { digest: 'def' }],
    ['options', { options: { truncate: false, num_ctx: 1024 } }],
    ['prefixes', { prefixes: { document: 'passage: ', query: '' } }],
  ])('registers another %s apart', async (_, changes) => {
    await register(spaceAt(0));
    const other = spaceAt(0.5, changes);
    expect((await register(other)).id).toBe(other.id);
    expect((await register(spaceAt(0.25))).id).toBe(spaceAt(0).id);
  });

  test('knows options by what they say, not by their order', async () => {
    await register(spaceAt(0));
    const same = spaceAt(0.5, { options: { num_ctx: 512, truncate: false } });
    expect((await register(same)).id).toBe(spaceAt(0).id);
  });

  test('remembers a bounded number, the newest', async () => {
    for (let position = 0; position < 100; position += 10) await register(spaceAt(position));
    expect((await register(spaceAt(90.5))).id).toBe(spaceAt(90).id);
    expect((await register(spaceAt(20.5))).id).toBe(spaceAt(20).id);
    expect((await register(spaceAt(0.5))).id).toBe(spaceAt(0.5).id);
  });

  test('starts again where what is registered can not be read', async () => {
    const key = await keyOf(spaceAt(0));
    for (const damaged of ['text', { no: 'list' }, [{ half: 1 }]]) {
      await cache.setMeta(key, damaged);
      expect((await register(spaceAt(0.5))).id).toBe(spaceAt(0.5).id);
    }
  });

  test('lets both of two runs that come first at the same time go on', async () => {
    const ids = (await Promise.all([register(spaceAt(0)), register(spaceAt(0.5))])).map(({ id }) => id);
    expect(ids).toEqual([spaceAt(0).id, spaceAt(0.5).id]);
    expect(ids).toContain((await register(spaceAt(0.25))).id);
  });
});

/** The key under which registerSpace keeps the list, seen by looking. */
async function keyOf(space: VectorSpace): Promise<string> {
  const keys: string[] = [];
  const spy = { getMeta: async (key: string) => void keys.push(key), setMeta: async () => {} };
  await registerSpace(
    spy as unknown as DiskCache,
    space,
    () => false,
    () => null,
    () => undefined,
  );
  return keys[0]!;
}
