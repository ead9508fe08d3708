import { expect, test } from 'vitest';
import type { VectorSpace } from '../../src/types/space.js';
import { spaceFromJson, spaceId, spaceToJson } from '../../src/vectors/space-json.js';

const parts: Omit<VectorSpace, 'id'> = {
  embedder: 'ollama',
  variant: '',
  model: 'nomic-embed-text',
  digest: '0a109f422b47',
  dimensions: 3,
  options: { num_ctx: 2048, other: { b: 1, a: [true, null] } },
  prefixes: { document: 'search_document: ', query: 'search_query: ' },
  canaries: [Float32Array.of(1, -0, 1e-40), Float32Array.of(0.1, 0.2, 0.3)],
};
const space: VectorSpace = { id: spaceId(parts), ...parts };

test('reads back what it wrote, to the last bit', () => {
  const read = spaceFromJson(JSON.parse(JSON.stringify(spaceToJson(space))));
  expect(read).toEqual(space);
  expect(Object.is(read?.canaries[0]?.[1], -0)).toBe(true);
});

test('has an id that never changes', () => {
  // Recorded once: a change here would make every output and cache one of another space.
  expect(space.id).toBe('aecc4b28c224b9b9a44caa85677f77c3');
});

test('has the same id and JSON whatever the order in which options were set', () => {
  const options = { other: { a: [true, null], b: 1 }, num_ctx: 2048 };
  expect(spaceId({ ...parts, options })).toBe(space.id);
  expect(JSON.stringify(spaceToJson({ ...space, options }))).toBe(JSON.stringify(spaceToJson(space)));
});

test('has another id when any part is another', () => {
  const others: Partial<VectorSpace>[] = [
    { embedder: 'builtin' },
    { variant: 'onnx-int8' },
    { model: 'other' },
    { digest: '00' },
    { dimensions: 4 },
    { options: {} },
    { prefixes: { document: '', query: 'search_query: ' } },
    { prefixes: { document: 'search_document: ', query: '' } },
    { canaries: [] },
    { canaries: [Float32Array.of(1, 0, 1e-40), Float32Array.of(0.1, 0.2, 0.3)] },
  ];
  const ids = others.map((other) => spaceId({ ...parts, ...other }));
  expect(new Set([...ids, space.id]).size).toBe(others.length + 1);
});

test('is none when a part is missing or changed', () => {
  const json = spaceToJson(space);
  for (const key of Object.keys(json)) {
    expect(spaceFromJson({ ...json, [key]: undefined })).toBeUndefined();
    expect(spaceFromJson({ ...json, [key]: 'another' })).toBeUndefined();
  }
  for (const other of [undefined, null, 'text', [], {}]) expect(spaceFromJson(other)).toBeUndefined();
});

test('is none with vectors larger than any memory', () => {
  const large = (dimensions: number) => ({ ...parts, dimensions, canaries: [] });
  const read = (dimensions: number) =>
    spaceFromJson(spaceToJson({ id: spaceId(large(dimensions)), ...large(dimensions) }));
  expect(read(100_000)).toMatchObject({ dimensions: 100_000 });
  expect(read(1_000_000_000)).toBeUndefined();
});
