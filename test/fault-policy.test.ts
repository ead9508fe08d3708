// The one table of what is done about faults: complete, and true to itself.
import { describe, expect, test } from 'vitest';
import { EmbedderFault, type FaultMeaning, ServiceError } from '../src/errors.js';
import {
  faultPolicies,
  goesElsewhere,
  isDown,
  isOfText,
  isRenewable,
  mayPass,
  mostTelling,
  noFaults,
} from '../src/fault-policy.js';

const meanings = Object.keys(faultPolicies) as FaultMeaning[];
const fault = (meaning: FaultMeaning, retryAfterMs?: number) =>
  new EmbedderFault(meaning, meaning, { retryAfterMs });

describe('the table of faults', () => {
  test('names a source for each, and gives no two the same rank', () => {
    expect(meanings).toHaveLength(12);
    for (const { source } of Object.values(faultPolicies)) expect(source.length).toBeGreaterThan(20);
    expect(new Set(Object.values(faultPolicies).map(({ telling }) => telling)).size).toBe(meanings.length);
    expect(noFaults()).toEqual(Object.fromEntries(meanings.map((meaning) => [meaning, 0])));
  });

  test('tries nothing again that was never sent, or that no waiting helps', () => {
    for (const { unsent, passes, retries } of Object.values(faultPolicies)) {
      if (unsent || passes === 'no') expect(retries).toBe(0);
    }
  });

  test.each<[string, (one: EmbedderFault) => boolean, FaultMeaning[]]>([
    ['are gone at a later try', isDown, ['busy', 'timeout', 'unreachable', 'unconfirmed', 'resting']],
    [
      'may pass where a server did well before',
      mayPass,
      ['busy', 'bad-input', 'timeout', 'bad-answer', 'unreachable', 'unconfirmed', 'resting'],
    ],
    ['are repaired by opening the model again', isRenewable, ['missing-model', 'changed']],
    ['are of a text', isOfText, ['bad-input', 'bad-answer', 'too-long', 'unknown-script']],
    ['are asked of another server', (one) => goesElsewhere(one, 1), meanings.slice(0, 9)],
  ])('knows which %s', (_, predicate, expected) => {
    expect(meanings.filter((meaning) => predicate(fault(meaning)))).toEqual(expected);
  });

  test('leaves it to the caller which of several texts is bad', () => {
    expect(goesElsewhere(fault('bad-input'), 2)).toBe(false);
    expect(goesElsewhere(fault('timeout'), 2)).toBe(true);
  });

  test('finds the fault that caused an error of the opening', () => {
    expect(isDown(new ServiceError('down', { cause: fault('timeout') }))).toBe(true);
    expect(isDown(new ServiceError('refused', { cause: fault('refused') }))).toBe(false);
    expect(isDown(new Error('other'))).toBe(false);
  });

  test('tells the fault that helps most, and of one meaning the shortest pause', () => {
    const all = [fault('unreachable'), fault('busy', 9000), fault('busy', 2000), fault('changed')];
    expect(mostTelling(all)).toBe(all[2]);
  });
});
