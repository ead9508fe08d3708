// When a server had chosen its model, as far as an answer shows it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AnswerTimes } from '../../src/embedders/answer-times.js';

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** A request that is sent now, and begins to be answered after some ms. */
function answered(afterMs: number, workedMs?: number, times = new AnswerTimes()): AnswerTimes {
  times.sent();
  now += afterMs;
  times.headed();
  now += 5;
  if (workedMs !== undefined) times.worked(workedMs);
  return times;
}

test('before the work on it, as the server says', () => {
  expect(answered(100, 80).chosenBy).toBe(1020);
});

test('where the server says nothing, when its answer began', () => {
  expect(answered(100).chosenBy).toBe(1100);
});

test('no work is longer than the request: such a server is not believed', () => {
  expect(answered(100, 100.1).chosenBy).toBe(1100);
  expect(answered(100, Number.MAX_VALUE).chosenBy).toBe(1205);
});

test('of several answers, when the last one began', () => {
  const times = answered(100, 80);
  answered(100, 80, times);
  expect(times.chosenBy).toBe(1205);
});

test('before there is an answer, nothing', () => {
  const times = new AnswerTimes();
  times.sent();
  expect(times.chosenBy).toBeUndefined();
});
