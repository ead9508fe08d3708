import { describe, expect, test } from 'vitest';
import { type Entry, PriorityQueue } from '../../src/batching/priority-queue.js';
import type { Priority } from '../../src/types/requests.js';
import fc from '../helpers/properties.js';

interface Numbered extends Entry {
  number: number;
}

const priorities = fc.integer({ min: 0, max: 4 }) as fc.Arbitrary<Priority>;
const lanes = fc.constantFrom('', 'a', 'b', 'c');
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ step: fc.constant('add' as const), priority: priorities, lane: lanes }),
    },
    { weight: 3, arbitrary: fc.record({ step: fc.constant('take' as const) }) },
    { weight: 1, arbitrary: fc.record({ step: fc.constant('leave' as const), at: fc.nat(1000) }) },
    {
      weight: 1,
      arbitrary: fc.record({ step: fc.constant('promote' as const), at: fc.nat(1000), priority: priorities }),
    },
  ),
  { maxLength: 300 },
);

test('nothing is lost or doubled; seven of eight places go by priority, the eighth to the longest wait', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const queue = new PriorityQueue<Numbered>();
      const waiting: Numbered[] = [];
      let added = 0;
      let takes = 0;
      for (const one of all) {
        if (one.step === 'add') {
          const { priority, lane } = one;
          const entry = { number: added++, priority, lane, waiting: true };
          queue.add(entry);
          waiting.push(entry);
        } else if (waiting.length === 0) {
          expect(queue.take()).toBeUndefined();
        } else if (one.step === 'take') {
          const peeked = queue.peek();
          const taken = queue.take()!;
          expect(taken).toBe(peeked);
          expect(waiting).toContain(taken);
          if (++takes % 8 === 0) expect(taken).toBe(waiting[0]);
          else expect(taken.priority).toBe(Math.min(...waiting.map((entry) => entry.priority)));
          waiting.splice(waiting.indexOf(taken), 1);
        } else if (one.step === 'leave') {
          const [entry] = waiting.splice(one.at % waiting.length, 1);
          entry!.waiting = false;
          queue.left();
        } else {
          queue.promote(waiting[one.at % waiting.length]!, one.priority);
        }
        expect(queue.size).toBe(waiting.length);
      }
    }),
  );
});

function fill(queue: PriorityQueue<Numbered>, count: number, priority: Priority, lane = '') {
  for (let number = 0; number < count; number++) queue.add({ number, priority, lane, waiting: true });
}

describe('turns', () => {
  test('within a lane, first come first served', () => {
    const queue = new PriorityQueue<Numbered>();
    fill(queue, 100, 2);
    expect(Array.from({ length: 100 }, () => queue.take()!.number)).toEqual(
      Array.from({ length: 100 }, (_, number) => number),
    );
  });

  test('a lane with few entries is not held up by one with many', () => {
    const queue = new PriorityQueue<Numbered>();
    fill(queue, 1000, 2, 'bulk');
    fill(queue, 3, 2, 'small');
    const first = Array.from({ length: 8 }, () => queue.take()!.lane);
    expect(first.filter((lane) => lane === 'small')).toHaveLength(3);
  });

  test('the lowest priority is served while the highest never runs dry', () => {
    const queue = new PriorityQueue<Numbered>();
    fill(queue, 5, 4);
    fill(queue, 1000, 0);
    const taken = Array.from({ length: 40 }, () => queue.take()!.priority);
    expect(taken.filter((priority) => priority === 4)).toHaveLength(5);
  });
});

test('what left gives its memory back without being taken', () => {
  const queue = new PriorityQueue<Numbered>();
  const entries = Array.from({ length: 5000 }, (_, number) => ({
    number,
    priority: 2 as const,
    lane: '',
    waiting: true,
  }));
  for (const entry of entries) queue.add(entry);
  for (const entry of entries.slice(1)) {
    entry.waiting = false;
    queue.left();
  }
  expect(queue.size).toBe(1);
  expect(queue.take()!.number).toBe(0);
  expect(queue.take()).toBeUndefined();
});

test('beside a long lane, short ones can be taken alone, and every entry once', () => {
  const add = (queue: PriorityQueue<Numbered>, lane: string, count: number, priority: Priority = 2) => {
    for (let number = 0; number < count; number++) queue.add({ number, priority, lane, waiting: true });
  };
  const queue = new PriorityQueue<Numbered>();
  add(queue, 'bulk', 40);
  expect(queue.short(8, 32)).toBeUndefined();
  add(queue, 'one', 1);
  add(queue, 'few', 8);
  add(queue, 'less urgent', 1, 3);
  const few = queue.short(8, 32)!;
  const taken: string[] = [];
  for (let peeked = few.peek(); peeked; peeked = few.peek()) {
    expect(few.take()).toBe(peeked);
    taken.push(peeked.lane);
  }
  expect(taken.sort()).toEqual([...Array(8).fill('few'), 'one']);
  expect(few.take()).toBeUndefined();
  expect(queue.size).toBe(41);
  const left = Array.from({ length: 41 }, () => queue.take()!.lane);
  expect(left.filter((lane) => lane === 'bulk')).toHaveLength(40);
  expect(queue.take()).toBeUndefined();
  // Where no lane is long, all take turns.
  add(queue, 'a', 3);
  add(queue, 'b', 31);
  expect(queue.short(8, 32)).toBeUndefined();
});
