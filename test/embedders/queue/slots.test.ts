// How many batches a sender has under way, by what its workers can take.
import { expect, test } from 'vitest';
import { Limits } from '../../../src/batching/limiter/limiter-registry.js';
import type { QueueState } from '../../../src/embedders/queue/look.js';
import { QueueSlots } from '../../../src/embedders/queue/slots.js';
import type { Slot } from '../../../src/types/requests.js';

const limits = new Limits(() => ({
  concurrency: Number.POSITIVE_INFINITY,
  batchSize: 32,
  answered: () => undefined,
  overloaded: () => undefined,
}));

function worker(id: string, rests = ''): QueueState['workers'][number] {
  return { id, name: id, space: '', concurrency: 2, active: 0, batches: 0, texts: 0, rests };
}

function open() {
  const state: QueueState & { workers: QueueState['workers']; waiting: number } = {
    workers: [],
    waiting: 0,
    isPaused: false,
  };
  const slots = new QueueSlots('q', () => state);
  const taken: Slot[] = [];
  const takeAll = () => {
    for (;;) {
      const free = slots.next({ of: (endpoint) => limits.of(endpoint), hedged: () => undefined });
      if (!free) return taken.length;
      taken.push(free.take());
    }
  };
  return { state, slots, taken, takeAll };
}

test('slots follow the workers as they come, rest and go; one is left without any', () => {
  const { state, slots, takeAll } = open();
  expect(takeAll()).toBe(1);
  state.workers = [worker('a'), worker('b')];
  expect(takeAll()).toBe(6);
  state.workers = Array.from({ length: 40 }, (_, at) => worker(`w${at}`));
  expect(takeAll()).toBe(120);
  state.workers = [worker('a'), worker('b', 'its server is down')];
  expect(slots.room).toBe(3);
});

test('more batches wait for each worker while workers find none, up to a bound, and fewer when too many wait', () => {
  const { state, slots, taken, takeAll } = open();
  state.workers = [worker('a'), worker('b')];
  slots.changed();
  expect(slots.room).toBe(6);
  for (const room of [8, 12, 20, 20]) {
    takeAll();
    slots.changed();
    expect(slots.room).toBe(room);
  }
  state.waiting = 4;
  slots.changed();
  expect(slots.room).toBe(20);
  state.waiting = 5;
  slots.changed();
  expect(slots.room).toBe(18);
  // Nothing waits, but the sender has no more to send.
  state.waiting = 0;
  for (const slot of taken.splice(0)) slot.release();
  slots.changed();
  expect(slots.room).toBe(18);
});
