import { expect, test } from 'vitest';
import { QueueFullError } from '../../src/errors.js';
import { Turns } from '../../src/indexes/turns.js';

const never = new AbortController().signal;

/** Work that ends when the test says so. */
function work(started: number[], n: number) {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = () => {
    started.push(n);
    return ended;
  };
  return { end, run };
}

/** All that can go on without an end of work has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('so many run at once, the others in their order, and no more wait than may', async () => {
  const turns = new Turns(2, 2);
  const started: number[] = [];
  const works = [0, 1, 2, 3].map((n) => work(started, n));
  const calls = works.map(({ run }) => turns.take(never, run));
  await expect(turns.take(never, async () => undefined)).rejects.toBeInstanceOf(QueueFullError);
  await settled();
  expect(started).toEqual([0, 1]);
  works[1]!.end();
  await settled();
  expect(started).toEqual([0, 1, 2]);
  for (const { end } of works) end();
  await Promise.all(calls);
  expect(started).toEqual([0, 1, 2, 3]);
  expect(await turns.take(never, async () => 'free')).toBe('free');
});

test('who leaves while it waits takes no turn, and work that fails gives its turn on', async () => {
  const turns = new Turns(1, 5);
  const started: number[] = [];
  const first = work(started, 0);
  const call = turns.take(never, first.run);
  const gone = new AbortController();
  const left = turns.take(gone.signal, async () => started.push(1));
  const failing = turns.take(never, async () => {
    throw new Error('broken');
  });
  const last = turns.take(never, async () => started.push(2));
  gone.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  await expect(turns.take(gone.signal, async () => started.push(3))).rejects.toThrow('left');
  first.end();
  await expect(failing).rejects.toThrow('broken');
  await Promise.all([call, last]);
  expect(started).toEqual([0, 2]);
});
