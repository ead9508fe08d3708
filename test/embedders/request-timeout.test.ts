import { describe, expect, test, vi } from 'vitest';
import { Pace, type RequestTime } from '../../src/embedders/request-timeout.js';

/** A server of constant speed on a clock of the test. */
function clock() {
  let now = 1_000_000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return {
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('Pace', () => {
  test('gives the first request time to load, the next ones the least time', async () => {
    const { pass } = clock();
    const pace = new Pace(30_000, 300_000);
    const given: RequestTime[] = [];
    const request = async (time: RequestTime) => {
      given.push(time);
      pass(20_000);
    };
    await pace.timed(100, request);
    await pace.timed(100, async (time) => {
      given.push(time);
      pass(100);
    });
    await pace.timed(100, request);
    const loaded = { lateMs: 30_000, normalMs: 30_000, loadMs: 300_000, mayLoad: false };
    expect(given).toEqual([{ ...loaded, lateMs: 3000, mayLoad: true }, loaded, loaded]);
  });

  test('gives long batches three times what they are expected to take', async () => {
    const { pass } = clock();
    const pace = new Pace(1000, 5000);
    await pace.timed(10, async () => pass(4000));
    await pace.timed(10, async () => pass(1000));
    await pace.timed(50, async ({ lateMs, normalMs }) => {
      expect([lateMs, normalMs]).toEqual([3 * 50 * 100, 3 * 50 * 100]);
      pass(5000);
    });
  });

  test('counts what was sent before and is not answered yet, and times each by itself', async () => {
    const { pass } = clock();
    const pace = new Pace(1, 2);
    await pace.timed(10, async () => pass(1));
    await pace.timed(10, async () => pass(100));
    let answerFirst = () => {};
    let answerSecond = () => {};
    const given: number[] = [];
    const first = pace.timed(10, async ({ normalMs }) => {
      given.push(normalMs);
      await new Promise<void>((resolve) => {
        answerFirst = resolve;
      });
    });
    const second = pace.timed(20, async ({ normalMs }) => {
      given.push(normalMs);
      await new Promise<void>((resolve) => {
        answerSecond = resolve;
      });
    });
    expect(given).toEqual([300, 900]);
    pass(100);
    answerFirst();
    await first;
    pass(200);
    answerSecond();
    await second;
    // The second took 300 ms from its sending, but 200 for itself: the pace is what it was.
    await pace.timed(10, async ({ normalMs }) => expect(normalMs).toBe(300));
  });

  test('gives time to load again after a long pause', async () => {
    const { pass } = clock();
    const pace = new Pace(1000, 5000);
    await pace.timed(1, async () => pass(1));
    pass(239_000);
    await pace.timed(1, async ({ mayLoad }) => expect(mayLoad).toBe(false));
    pass(241_000);
    await pace.timed(1, async ({ mayLoad }) => expect(mayLoad).toBe(true));
  });

  test('gives one request less or more than all', async () => {
    clock();
    const pace = new Pace(30_000, 300_000);
    await pace.timed(1, async ({ lateMs, normalMs }) => expect([lateMs, normalMs]).toEqual([50, 50]), 50);
    await pace.timed(1, async ({ normalMs }) => expect(normalMs).toBe(60_000), 60_000);
  });

  test('learns nothing from failures and forgets their tokens', async () => {
    const { pass } = clock();
    const pace = new Pace(10, 20);
    await pace.timed(1, async () => pass(1));
    await pace.timed(1, async () => pass(100));
    await expect(
      pace.timed(1000, async () => {
        pass(1_000);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await pace.timed(1, async ({ normalMs }) => expect(normalMs).toBe(300));
  });
});
