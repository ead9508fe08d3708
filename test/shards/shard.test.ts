// Which part a document is of, and which part `--shard` means.
import { expect, test } from 'vitest';
import { shardOf } from '../../src/cli/shard.js';
import { isInShard, shardIndex, shardNamed } from '../../src/output/shards/shard.js';

const sources = Array.from({ length: 4000 }, (_, index) => `docs/${index}.md`);

test('every document is in one shard, and the shards have about the same size', () => {
  const counts = new Array<number>(8).fill(0);
  for (const source of sources) {
    const index = shardIndex(source, 8);
    counts[index - 1]!++;
    expect(isInShard(source, { index, of: 8 })).toBe(true);
    expect(isInShard(source, { index: (index % 8) + 1, of: 8 })).toBe(false);
  }
  expect(Math.min(...counts)).toBeGreaterThan(425);
  expect(Math.max(...counts)).toBeLessThan(575);
});

test('a document stays where it is in every version', () => {
  expect(sources.slice(0, 12).map((source) => shardIndex(source, 8))).toEqual([
    3, 2, 4, 4, 8, 7, 3, 6, 5, 8, 1, 7,
  ]);
  // As every store takes it: half a surrogate pair and U+0000 are U+FFFD there.
  expect(shardIndex('a\ud800b', 9973)).toBe(shardIndex('a\ufffdb', 9973));
  expect(shardIndex('a\0b', 9973)).toBe(shardIndex('a\ufffdb', 9973));
});

test.each([
  'shard-0-of-8',
  'shard-9-of-8',
  'shard-1-of-10001',
  'shard-01-of-8',
  'shard-1-of-8.bak',
  'shards',
])('%s is no shard', (name) => expect(shardNamed(name)).toBeUndefined());

const slurm = (id: number, min: number, count: number, step: number) => ({
  SLURM_ARRAY_TASK_ID: `${id}`,
  SLURM_ARRAY_TASK_MIN: `${min}`,
  SLURM_ARRAY_TASK_COUNT: `${count}`,
  SLURM_ARRAY_TASK_STEP: `${step}`,
});

test.each([
  { typed: '2/8', environment: {}, shard: { index: 2, of: 8 } },
  { typed: 'auto/8', environment: { JOB_COMPLETION_INDEX: '0' }, shard: { index: 1, of: 8 } },
  { typed: 'auto/8', environment: { JOB_COMPLETION_INDEX: '7' }, shard: { index: 8, of: 8 } },
  { typed: 'auto', environment: slurm(1, 1, 4, 1), shard: { index: 1, of: 4 } },
  { typed: 'auto', environment: slurm(0, 0, 4, 1), shard: { index: 1, of: 4 } },
  { typed: 'auto', environment: slurm(16, 10, 4, 2), shard: { index: 4, of: 4 } },
])('--shard $typed in $environment', ({ typed, environment, shard }) => {
  expect(shardOf(typed, environment)).toEqual(shard);
});

test.each([
  { typed: '9/8', environment: {}, told: '--shard 9/8: there is no shard 9/8; the first' },
  { typed: '1/10001', environment: {}, told: '10,000 at most' },
  { typed: 'auto/8', environment: {}, told: 'needs JOB_COMPLETION_INDEX, which is not set' },
  { typed: 'auto/8', environment: { JOB_COMPLETION_INDEX: '8' }, told: 'JOB_COMPLETION_INDEX=8, of 0 to 7' },
  { typed: 'auto/8', environment: { JOB_COMPLETION_INDEX: '-1' }, told: 'is no number' },
  { typed: 'auto', environment: { JOB_COMPLETION_INDEX: '1' }, told: 'needs SLURM_ARRAY_TASK_ID' },
  { typed: 'auto', environment: slurm(7, 1, 3, 1), told: 'there is no shard 7/3' },
  { typed: 'auto', environment: slurm(4, 1, 3, 2), told: 'between two shards' },
])('--shard $typed in $environment is refused', ({ typed, environment, told }) => {
  expect(() => shardOf(typed, environment)).toThrow(told);
});
