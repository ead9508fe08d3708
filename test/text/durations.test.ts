import { expect, test } from 'vitest';
import { duration, period, time } from '../../src/text/durations.js';

test.each([
  [0.42, '0.42 ms'],
  [12.4, '12 ms'],
  [1300, '1.3 s'],
])('%d ms that were measured are %s', (ms, said) => {
  expect(time(ms)).toBe(said);
});

test.each([
  [0.84, '0.8 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [200, '3 min 20 s'],
  [3599.6, '1 h 0 min'],
  [7500, '2 h 5 min'],
])('%d s of waiting are %s', (seconds, said) => {
  expect(duration(seconds)).toBe(said);
});

test.each([
  [86_400, '1 day'],
  [7200, '2 hours'],
  [90, '90 seconds'],
])('%d s of a setting are %s', (seconds, said) => {
  expect(period(seconds)).toBe(said);
});
